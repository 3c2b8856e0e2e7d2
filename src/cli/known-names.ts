import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Names } from '../api/hosts.ts'
import type { Values } from './args.ts'
import { envOf, exit, Failure, type Io } from './io.ts'

/** Milliseconds: somebody waits behind the Tab key. */
const patience = 1000
/** What is older (milliseconds) is asked for anew while it is still answered with. */
const freshFor = 10_000
const noNames: Names = { hosts: [], profiles: [], tags: [], networks: [] }

interface KeptNames {
  /** Which daemon they are of: two may have files of one name. */
  readonly which: string
  /** Epoch milliseconds. */
  readonly at: number
  readonly names: Names
}

/**
 * The names that the daemon of a command line knows; none where it does not answer soon, as a completion
 * never complains. They are kept: what was known before is answered at once, and asked for again behind
 * the back of whoever waits, for the next time.
 */
export async function knownNames(words: readonly string[], io: Io): Promise<Names> {
  const kept = readKept(words, io)
  if (!kept) return askNames(words, io)
  if (Date.now() - kept.at > freshFor) await refreshBehind(words)
  return kept.names
}

/** Asks the daemon for its names and keeps them; what a completion starts in the background. */
export async function refreshNames(words: readonly string[], io: Io): Promise<number> {
  await askNames(words, io)
  return exit.done
}

/** What only some need is loaded by them: without it Node is there in half the time. */
async function refreshBehind(words: readonly string[]): Promise<void> {
  const { spawn } = await import('node:child_process')
  const program = [process.argv[1] ?? '', '__names', ...serverWords(words)]
  spawn(process.execPath, program, { detached: true, stdio: 'ignore' }).unref()
}

async function askNames(words: readonly string[], io: Io): Promise<Names> {
  const { connectApi } = await import('./api-client.ts')
  const values: Values = { has: () => false, text: name => optionOf(words, name), list: () => [] }
  try {
    const api = connectApi(values, envOf(io), patience)
    const names = await api.get<Names>('/api/v1/names')
    keep(words, io, names)
    return names
  } catch (error) {
    if (error instanceof Failure) return noNames
    throw error
  }
}

function optionOf(words: readonly string[], name: string): string | undefined {
  return words[words.indexOf(`--${name}`) + 1 || words.length]
}

/** The words of a command line that say which daemon is asked. */
function serverWords(words: readonly string[]): string[] {
  return ['server', 'token-file'].flatMap(name => {
    const value = optionOf(words, name)
    return value === undefined ? [] : [`--${name}`, value]
  })
}

/** What tells apart whose names these are. */
function daemonOf(words: readonly string[], io: Io): string {
  const { BOOTWRIGHT_SERVER, BOOTWRIGHT_TOKEN_FILE } = envOf(io)
  return JSON.stringify([serverWords(words), BOOTWRIGHT_SERVER, BOOTWRIGHT_TOKEN_FILE])
}

/** The launcher says the folder; without it nothing is kept. */
function cacheFile(which: string, io: Io): string | undefined {
  const { BOOTWRIGHT_CACHE: folder } = envOf(io)
  const name = Buffer.from(which).toString('base64url').slice(0, 200)
  return folder && join(folder, `names-${name}.json`)
}

function readKept(words: readonly string[], io: Io): KeptNames | undefined {
  const which = daemonOf(words, io)
  const file = cacheFile(which, io)
  if (file === undefined) return undefined
  try {
    const { at, names, which: whose } = JSON.parse(readFileSync(file, 'utf8')) as KeptNames
    return whose === which ? { at, which, names: { ...noNames, ...names } } : undefined
  } catch {
    return undefined
  }
}

/** A folder that cannot be written costs time and nothing else. */
function keep(words: readonly string[], io: Io, names: Names): void {
  const which = daemonOf(words, io)
  const file = cacheFile(which, io)
  if (file === undefined) return
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    const whole = `${file}.${process.pid}`
    writeFileSync(whole, JSON.stringify({ at: Date.now(), which, names } satisfies KeptNames), {
      mode: 0o600,
    })
    renameSync(whole, file)
  } catch {
    // As said.
  }
}
