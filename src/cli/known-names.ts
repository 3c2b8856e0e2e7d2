import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Names } from '../api/hosts.ts'
import { connectApi } from './api-client.ts'
import type { Values } from './args.ts'
import { envOf, exit, Failure, type Io } from './io.ts'

/** Milliseconds: somebody waits behind the Tab key. */
const patience = 1000
/** What is older (milliseconds) is asked for anew while it is still answered with. */
const freshFor = 10_000
const noNames: Names = { hosts: [], profiles: [], tags: [], networks: [] }

interface Kept {
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
  const file = cacheFile(words, io)
  const kept = file === undefined ? undefined : readKept(file)
  if (!kept) return askNames(words, io, file)
  if (Date.now() - kept.at > freshFor) {
    const program = [process.argv[1] ?? '', '__names', ...serverWords(words)]
    spawn(process.execPath, program, { detached: true, stdio: 'ignore' }).unref()
  }
  return kept.names
}

/** Asks the daemon for its names and keeps them; what a completion starts in the background. */
export async function refreshNames(words: readonly string[], io: Io): Promise<number> {
  await askNames(words, io, cacheFile(words, io))
  return exit.done
}

async function askNames(words: readonly string[], io: Io, file: string | undefined) {
  const values: Values = { has: () => false, text: name => optionOf(words, name), list: () => [] }
  try {
    const api = connectApi(values, envOf(io), patience)
    const names = await api.get<Names>('/api/v1/names')
    if (file !== undefined) keep(file, { at: Date.now(), names })
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

function cacheFile(words: readonly string[], io: Io): string | undefined {
  // The launcher says the folder; without it nothing is kept.
  const { BOOTWRIGHT_SERVER, BOOTWRIGHT_TOKEN_FILE, BOOTWRIGHT_CACHE: folder } = envOf(io)
  const which = JSON.stringify([serverWords(words), BOOTWRIGHT_SERVER, BOOTWRIGHT_TOKEN_FILE])
  const digest = createHash('sha256').update(which).digest('hex').slice(0, 16)
  return folder && join(folder, `names-${digest}.json`)
}

function readKept(file: string): Kept | undefined {
  try {
    const { at, names } = JSON.parse(readFileSync(file, 'utf8')) as Kept
    return { at, names: { ...noNames, ...names } }
  } catch {
    return undefined
  }
}

/** A folder that cannot be written costs time and nothing else. */
function keep(file: string, kept: Kept): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    const whole = `${file}.${process.pid}`
    writeFileSync(whole, JSON.stringify(kept), { mode: 0o600 })
    renameSync(whole, file)
  } catch {
    // As said.
  }
}
