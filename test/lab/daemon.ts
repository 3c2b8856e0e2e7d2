import type { ChildProcess } from 'node:child_process'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import type { Outcome } from './command.ts'
import { leadInto } from './lead-into.ts'
import { readLines } from './lines.ts'
import type { Computer } from './network.ts'
import { waitUntil } from './wait.ts'

/** Where a daemon finds its config, and its clients their token. */
export interface DaemonSettings {
  readonly config: string
  readonly tokenFile: string
  readonly token: string
  /** What starts it, such as `with-sockets br0 --`. */
  readonly launcher?: readonly string[]
}

/** A line of the daemon's log. */
export interface LogLine {
  readonly msg?: string
  readonly [key: string]: unknown
}

/** What the API answered. */
export interface ApiAnswer {
  readonly status: number
  /** Parsed JSON; text where it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: each test knows what it asked for.
  readonly body: any
}

/** A line of a timeline as the API tells it. */
export interface EventRow {
  readonly id: number
  readonly at: string
  readonly host: string | null
  readonly kind: string
  readonly text: string
  readonly count: number
  readonly data?: { readonly [key: string]: string }
}

/** The daemon inside the network. */
export interface Daemon {
  /** Everything it logged, over restarts too. */
  readonly log: readonly LogLine[]
  onLog(listener: (line: LogLine) => void): void
  api(path: string, request?: { method?: string; body?: unknown }): Promise<ApiAnswer>
  /** Runs `bootwright ARGS` against it. */
  cli(args: readonly string[]): Promise<Outcome>
  /** Calls back for each event of a host from now on, by `bootwright events HOST --follow --json`. */
  follow(host: string, listener: (event: EventRow) => void): void
  /** Sends a signal and waits for its end; returns its exit code. */
  kill(signal: NodeJS.Signals): Promise<number | null>
  /** Starts it again after `kill`. */
  start(): Promise<void>
}

/** The program. */
export const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const server = 'http://127.0.0.1:8080'

/** Starts the daemon and waits until every socket listens, or until it stands by for another one. */
export async function startDaemon(network: Computer, settings: DaemonSettings): Promise<Daemon> {
  const log: LogLine[] = []
  const listeners: ((line: LogLine) => void)[] = []
  let child: ChildProcess | undefined
  let way: Promise<string> | undefined
  const take = (text: string) => {
    const line = parseLine(text)
    log.push(line)
    for (const listener of listeners) listener(line)
  }
  const daemon: Daemon = {
    log,
    onLog: listener => listeners.push(listener),
    api: async (path, request = {}) => {
      way ??= leadInto(network)
      return callApi(await way, settings.token, path, request)
    },
    cli: args => network.attempt([process.execPath, main, ...args, ...access(settings)]),
    follow: (host, listener) => {
      const command = ['events', host, '--follow', '--json', ...access(settings)]
      const { stdout } = network.start([process.execPath, main, ...command])
      readLines(stdout, line => listener(JSON.parse(line)))
    },
    kill: signal =>
      new Promise(resolve => {
        if (child === undefined || hasEnded(child)) return resolve(child?.exitCode ?? null)
        child.once('close', resolve)
        child.kill(signal)
      }),
    start: async () => {
      const from = log.length
      const serve = [process.execPath, main, 'serve', '--config', settings.config]
      child = network.start([...(settings.launcher ?? []), ...serve])
      readLines(child.stdout, take)
      readLines(child.stderr, take)
      await waitUntil('the daemon being ready', 20, () => isReady(child, log.slice(from)))
    },
  }
  await daemon.start()
  return daemon
}

/** A timeline, of a host or of all, is the first thing one wants to see when something failed. */
export function showWhenFailed(t: Test, daemon: Daemon, ...host: readonly string[]): void {
  t.teardown(async () => {
    if (!t.passing()) t.comment((await daemon.cli(['events', ...host])).stdout)
  })
}

function isReady(child: ChildProcess | undefined, log: readonly LogLine[]): true | undefined {
  if (log.some(({ msg = '' }) => msg === 'ready' || msg.startsWith('standing by: '))) return true
  if (child !== undefined && !hasEnded(child)) return undefined
  throw new Error(`the daemon ended: ${log.map(line => JSON.stringify(line)).join('\n')}`)
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

function access({ tokenFile }: DaemonSettings): string[] {
  return ['--server', server, '--token-file', tokenFile]
}

/** Asks by the Unix socket that leads to the daemon's port: a program a question would take more than the answer. */
function callApi(
  socketPath: string,
  token: string,
  path: string,
  { method = 'GET', body }: { method?: string; body?: unknown },
): Promise<ApiAnswer> {
  const headers = {
    Host: new URL(server).host,
    Authorization: `Bearer ${token}`,
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
  }
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path, method, headers, agent: false }, answer => {
      const status = answer.statusCode ?? 0
      text(answer).then(answered => resolve({ status, body: parse(answered) }), reject)
    })
    asked.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body))
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function parseLine(text: string): LogLine {
  const line = parse(text)
  return typeof line === 'object' && line !== null ? (line as LogLine) : { msg: text }
}
