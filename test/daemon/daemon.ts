import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'
import { stringify } from 'yaml'
import { makeFolder } from '../folder.ts'
import { createPatience } from '../patience.ts'
import { freePorts, type Ports } from './ports.ts'
import { type LogLine, readLog } from './read-log.ts'
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
  /** Everything it wrote to stderr, over all its starts. */
  errors(): string
  /** Everything it logged, over all its starts. */
  logs(): LogLine[]
  get<T>(path: string): Promise<T>
  post<T>(path: string, body: unknown): Promise<T>
  /** Runs a command of the CLI against it. */
  cli(...args: readonly string[]): Promise<Output>
}

/** Top-level keys of the config that a test wants otherwise. */
export type Change = Settings | ((ports: Ports) => Settings)

/** Who gives it a folder and ends it: a test. */
export type Owner = Pick<Test, 'testdir' | 'teardown'>

/** A daemon that is not started yet, with the usual config and some keys changed. */
export async function makeDaemon(t: Owner, change: Change = {}): Promise<Daemon> {
  const folder = mkdtempSync(join(folderOf(t), 'daemon-'))
  const ports = await freePorts()
  const url = `http://127.0.0.1:${ports.http}`
  let settings = { ...usual(ports), ...(typeof change === 'function' ? change(ports) : change) }
  const write = (name: string, content: string | Uint8Array) => {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
    return path
  }
  const configure = (next: Settings) => {
    settings = { ...settings, ...next }
    // Whole or not at all, as editors do it: the daemon may be reading it for an earlier signal.
    renameSync(write('config.next', stringify(settings)), join(folder, 'config.yaml'))
  }
  const tokenFile = join(folder, 'data/admin-token')
  furnish(write)
  configure({})
  const own = createProcess(folder)
  t.teardown(() => own.end('SIGKILL'))
  return {
    folder,
    ports,
    url,
    configure,
    write,
    ...runningOf(own),
    get: path => callApi(url, tokenFile, path),
    post: (path, body) => callApi(url, tokenFile, path, body),
    cli: (...args) => bootwright([...args, '--server', url, '--token-file', tokenFile]),
  }
}

/** The process of a daemon, and what it writes, over all its starts. */
function createProcess(folder: string) {
  const files = { out: join(folder, 'stdout.log'), err: join(folder, 'stderr.log') }
  for (const file of Object.values(files)) writeFileSync(file, '')
  const logs = readLog(files.out)
  let child: ChildProcess | undefined
  let ended: Promise<Exit> = Promise.resolve({ code: null, signal: null })
  return {
    logs,
    out: () => readFileSync(files.out, 'utf8'),
    err: () => readFileSync(files.err, 'utf8'),
    pid: () => child?.pid ?? 0,
    signal: (signal: NodeJS.Signals) => child?.kill(signal),
    launch(): Promise<Exit> {
      const stdio = ['ignore' as const, openSync(files.out, 'a'), openSync(files.err, 'a')]
      const args = bare(['serve', '--config', join(folder, 'config.yaml')])
      child = spawn('env', args, { stdio, cwd: folder })
      ended = once(child, 'exit').then(([code, signal]) => ({ code, signal }))
      killAtExit.add(child)
      return ended
    },
    end(signal: NodeJS.Signals): Promise<Exit> {
      child?.kill(signal)
      return ended
    },
  }
}

function runningOf({ logs, out, err, pid, signal, launch, end }: ReturnType<typeof createProcess>) {
  return {
    logs,
    pid,
    errors: err,
    async start() {
      const before = logs().length
      let gone = false
      void launch().then(() => (gone = true))
      await until('the ready line', () => {
        if (gone) throw new Error(`it ended instead: ${err()}${out().slice(-2000)}`)
        return logs().findIndex((line, n) => n >= before && line.msg === 'ready') >= 0
      })
    },
    async run(): Promise<Output> {
      const before = { out: out().length, err: err().length }
      const { code } = await launch()
      return { code, stdout: out().slice(before.out), stderr: err().slice(before.err) }
    },
    async kill() {
      await end('SIGKILL')
    },
    stop: () => end('SIGTERM'),
    reload() {
      const ends = () => logs().filter(({ msg }) => /^(config reloaded|reload refused)/.test(msg))
      const before = ends().length
      signal('SIGHUP')
      return until('the end of the reload', () => ends()[before])
    },
  }
}

async function callApi<T>(
  url: string,
  tokenFile: string,
  path: string,
  body?: unknown,
): Promise<T> {
  const token = readFileSync(tokenFile, 'utf8').trim()
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const post = body !== undefined && { method: 'POST', body: JSON.stringify(body) }
  const answer = await fetch(`${url}/api/v1${path}`, { headers, ...post })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as T
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
  let pause = 10
  for (const isOver = createPatience(seconds); ; ) {
    const seen = await look()
    if (seen !== undefined && seen !== false) return seen
    if (isOver()) throw new Error(`waited ${seconds} s in vain for ${what}`)
    await new Promise(resolve => setTimeout(resolve, pause))
    // What is long in coming may come a little later, for looking is work as well.
    pause = Math.min(100, pause * 1.2)
  }
}

const folders = new WeakMap<Owner, string>()

/** `t.testdir` empties the folder when it is called again. */
function folderOf(t: Owner): string {
  const folder = folders.get(t) ?? makeFolder(t)
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
