import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'
import { stringify } from 'yaml'
import { createPatience } from '../patience.ts'
import { freePorts, type Ports } from './ports.ts'
import { furnish, type Settings, usual } from './settings.ts'

/**
 * Arguments of `env` that run `bootwright` as it is: tap puts code of its own into every Node program
 * that inherits its environment.
 */
export function bare(args: readonly string[]): string[] {
  const { PATH, HOME, NODE_COMPILE_CACHE = '' } = process.env
  const main = new URL('../../src/main.ts', import.meta.url).pathname
  const kept = [`PATH=${PATH}`, `HOME=${HOME}`, `NODE_COMPILE_CACHE=${NODE_COMPILE_CACHE}`]
  return ['-i', ...kept, process.execPath, main, ...args]
}

export interface LogLine {
  readonly level: number
  readonly msg: string
  readonly [key: string]: unknown
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface Output extends Pick<Exit, 'code'> {
  readonly stdout: string
  readonly stderr: string
}

/** A real daemon on loopback: always the same folder and ports, however often it is started. */
export interface Daemon {
  readonly folder: string
  readonly ports: Ports
  readonly url: string
  /** Starts it and waits for its ready line. */
  start(): Promise<void>
  /** Starts it and waits for its end. */
  run(): Promise<Output>
  /** Power loss, as far as a process can feel it. */
  kill(): Promise<void>
  /** SIGTERM; resolves when it is gone. */
  stop(): Promise<Exit>
  /** SIGHUP; resolves to the line that says how it ended. */
  reload(): Promise<LogLine>
  pid(): number
  /** Writes the config with these top-level keys changed, for the next start or reload. */
  configure(change: Settings): void
  /** Writes a file beside the config. */
  write(name: string, content: string | Uint8Array): string
  /** Everything it logged, over all its starts. */
  logs(): LogLine[]
  get<T>(path: string): Promise<T>
  post<T>(path: string, body: unknown): Promise<T>
  /** Runs a command of the CLI against it. */
  cli(...args: readonly string[]): Promise<Output>
}

/** Top-level keys of the config that a test wants otherwise. */
export type Change = Settings | ((ports: Ports) => Settings)

/** A daemon that is not started yet, with the usual config and some keys changed. */
export async function makeDaemon(t: Test, change: Change = {}): Promise<Daemon> {
  const folder = mkdtempSync(join(folderOf(t), 'daemon-'))
  const ports = await freePorts()
  const file = join(folder, 'config.yaml')
  const out = join(folder, 'stdout.log')
  const err = join(folder, 'stderr.log')
  let settings = { ...usual(ports), ...(typeof change === 'function' ? change(ports) : change) }
  let child: ChildProcess | undefined
  let ended: Promise<Exit> = Promise.resolve({ code: null, signal: null })

  const write = (name: string, content: string | Uint8Array) => {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
    return path
  }
  const read = (path: string) => readFileSync(path, 'utf8')
  const logs = () => linesOf(read(out))
  const launch = () => {
    const stdio = ['ignore' as const, openSync(out, 'a'), openSync(err, 'a')]
    child = spawn('env', bare(['serve', '--config', file]), { stdio, cwd: folder })
    ended = once(child, 'exit').then(([code, signal]) => ({ code, signal }))
    killAtExit.add(child)
  }
  const end = (signal: NodeJS.Signals): Promise<Exit> => {
    child?.kill(signal)
    return ended
  }
  const configure = (next: Settings) => {
    settings = { ...settings, ...next }
    write('config.yaml', stringify(settings))
  }
  const api = async <T>(path: string, body?: unknown): Promise<T> => {
    const token = read(join(folder, 'data/admin-token')).trim()
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const post = body !== undefined && { method: 'POST', body: JSON.stringify(body) }
    const answer = await fetch(`${url}/api/v1${path}`, { headers, ...post })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }
  const url = `http://127.0.0.1:${ports.http}`

  for (const name of ['stdout.log', 'stderr.log']) write(name, '')
  furnish(write)
  configure({})
  t.teardown(() => end('SIGKILL'))
  return {
    folder,
    ports,
    url,
    configure,
    write,
    logs,
    get: path => api(path),
    post: (path, body) => api(path, body),
    pid: () => child?.pid ?? 0,
    async start() {
      const before = logs().length
      launch()
      let gone = false
      void ended.then(() => (gone = true))
      await until('the ready line', () => {
        if (gone) throw new Error(`it ended instead: ${read(err)}${read(out).slice(-2000)}`)
        return logs().findIndex((line, n) => n >= before && line.msg === 'ready') >= 0
      })
    },
    async run() {
      const before = { out: read(out).length, err: read(err).length }
      launch()
      const { code } = await ended
      return { code, stdout: read(out).slice(before.out), stderr: read(err).slice(before.err) }
    },
    async kill() {
      await end('SIGKILL')
    },
    stop: () => end('SIGTERM'),
    async reload() {
      const ends = () => logs().filter(({ msg }) => /^(config reloaded|reload refused)/.test(msg))
      const before = ends().length
      child?.kill('SIGHUP')
      return until('the end of the reload', () => ends()[before])
    },
    cli: (...args) =>
      bootwright([...args, '--server', url, '--token-file', join(folder, 'data/admin-token')]),
  }
}

/** A daemon that runs. */
export async function startDaemon(t: Test, change: Change = {}): Promise<Daemon> {
  const daemon = await makeDaemon(t, change)
  await daemon.start()
  return daemon
}

/** Runs `bootwright` to its end, whatever its exit code. */
export function bootwright(args: readonly string[]): Promise<Output> {
  return new Promise(resolve => {
    execFile('env', bare(args), (error, stdout, stderr) => {
      const code = error ? ((error.code as unknown as number | undefined) ?? null) : 0
      resolve({ code, stdout, stderr })
    })
  })
}

/** Looks again and again until there is something to see; rejects when that takes too long, by the seconds of an idle machine. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  seconds = 60,
): Promise<T> {
  for (const isOver = createPatience(seconds); ; ) {
    const seen = await look()
    if (seen !== undefined && seen !== false) return seen
    if (isOver()) throw new Error(`waited ${seconds} s in vain for ${what}`)
    await new Promise(resolve => setTimeout(resolve, 15))
  }
}

/** The last line may be half written, and what is no JSON is for people. */
function linesOf(text: string): LogLine[] {
  return text.split('\n').flatMap(line => {
    try {
      return [JSON.parse(line) as LogLine]
    } catch {
      return []
    }
  })
}

const folders = new WeakMap<Test, string>()

/** `t.testdir` empties the folder when it is called again. */
function folderOf(t: Test): string {
  const folder = folders.get(t) ?? t.testdir({})
  folders.set(t, folder)
  return folder
}

const killAtExit = new Set<ChildProcess>()
const killAll = () => {
  for (const child of killAtExit) child.kill('SIGKILL')
}
process.once('exit', killAll)
// From tap, when a test takes too long.
process.once('SIGTERM', () => {
  killAll()
  process.exit(143)
})
