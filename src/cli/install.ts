import type { HostEvent } from '../api/events.ts'
import type { AskResult } from '../api/installs.ts'
import { printable } from '../base/printable.ts'
import { installSpec } from './api-specs.ts'
import type { CommandSpec, Values } from './args.ts'
import { type HostChoice, readChoice } from './choose.ts'
import { type Call, runApiCommand, writeJson } from './command.ts'
import { confirm } from './confirm.ts'
import { exit, Failure, type Io } from './io.ts'
import { readTimeout } from './timeout.ts'
import { type InstallEnd, waitForInstalls } from './wait.ts'

export interface InstallRequest extends HostChoice {
  readonly profile?: string
  readonly vars?: Record<string, string | number | boolean>
  readonly replace?: true
  readonly power?: false
  readonly by?: string
  readonly erase?: Readonly<Record<string, string>>
  readonly capture?: { readonly image: string; readonly overwrite?: true }
}

/** How `--wait` waits. */
interface Patience {
  /** Failures after which the rest is cancelled. */
  readonly stopAfter: number
  /** Milliseconds, if it ends. */
  readonly timeout: number | undefined
}

const columns = [
  { title: 'HOST', cut: 16 },
  { title: 'PROFILE', cut: 8 },
  { title: 'ERASES', cut: 20 },
]

/** `bootwright install HOST...`. */
export function run(argv: string[], io: Io): Promise<number> {
  return askFor(installSpec, argv, io, ({ values, words }) => ({
    ...readWish(values, words),
    ...readOwn(values),
  }))
}

/** A command that asks for installs: which ones is shown, confirmed, asked for and, where that is said, waited for. */
export function askFor(
  spec: CommandSpec,
  argv: string[],
  io: Io,
  wishOf: (call: Call) => InstallRequest | Promise<InstallRequest>,
): Promise<number> {
  return runApiCommand(spec, argv, io, async call => {
    const { values } = call
    const patience = { stopAfter: readStopAfter(values), timeout: waitingTimeout(values) }
    const wish = await wishOf(call)
    const { choice, refused } = await confirm(call, {
      choice: wish,
      columns,
      dryRun: () => askInstalls(call, { ...wish, dryRun: true }),
      row: result => [result.host, result.profile ?? '-', erasedBy(result, wish)],
      verb: spec.name,
      always: wish.erase !== undefined,
      left: 'nothing was asked for',
    })
    const after = values.has('wait') ? await newestEvent(call) : 0
    const { where: _, hosts: __, ...rest } = wish
    const asked = choice.hosts.length === 0 ? [] : await askInstalls(call, { ...rest, ...choice })
    const results = [...refused, ...asked]
    if (results.length === 0) throw new Failure('no host matches', exit.no)
    if (!values.has('json')) for (const result of results) writeAsked(call, result, wish)
    return values.has('wait')
      ? finish(call, results, after, patience)
      : withoutWaiting(call, results)
  })
}

/** What an install is made of where it differs from what the config says. */
function readOwn(values: Values): Pick<InstallRequest, 'profile' | 'vars'> {
  const profile = values.text('profile')
  const vars = values.list('var').map(readVar)
  return {
    ...(profile !== undefined && { profile }),
    ...(vars.length > 0 && { vars: Object.fromEntries(vars) }),
  }
}

/** For which hosts, and how their machines begin. */
export function readWish(values: Values, words: readonly string[]): InstallRequest {
  const by = values.text('by')
  if (by !== undefined && values.has('no-power')) {
    throw new Failure('--by says who starts the machine, --no-power that nobody does', exit.usage)
  }
  return {
    ...readChoice(words, values.list('where')),
    ...(values.has('replace') && { replace: true }),
    ...(values.has('no-power') && { power: false }),
    ...(by !== undefined && { by }),
  }
}

/** `k=v`; truth values and numbers become what they would be in the config. */
export function readVar(text: string): [string, string | number | boolean] {
  const [, name, value = ''] = /^([^=\s]+)=(.*)$/s.exec(text) ?? []
  if (name === undefined) throw new Failure(`--var is name=value, not "${text}"`, exit.usage)
  if (value === 'true' || value === 'false') return [name, value === 'true']
  const number = Number(value)
  return [name, Number.isFinite(number) && String(number) === value ? number : value]
}

function readStopAfter(values: Values): number {
  const text = values.text('stop-after')
  if (text === undefined) return Number.POSITIVE_INFINITY
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new Failure(`--stop-after is a number of failures from 1, not "${text}"`, exit.usage)
  }
  if (!values.has('wait')) throw new Failure('--stop-after works only with --wait', exit.usage)
  return Number(text)
}

function waitingTimeout(values: Values): number | undefined {
  const timeout = readTimeout(values)
  if (timeout === undefined || values.has('wait')) return timeout
  throw new Failure('--timeout works only with --wait', exit.usage)
}

export async function askInstalls(
  { api }: Call,
  wish: InstallRequest & { dryRun?: true },
): Promise<AskResult[]> {
  return (await api.post<{ results: AskResult[] }>('/api/v1/installs', wish)).results
}

async function newestEvent({ api }: Call): Promise<number> {
  const { events } = await api.get<{ events: HostEvent[] }>('/api/v1/events', { limit: 1 })
  return events.at(-1)?.id ?? 0
}

/** What is erased; the vars of most profiles call the disk by name. */
function erasedBy({ erases, wipes }: AskResult, { capture }: InstallRequest): string {
  if (capture) return `nothing: its disk becomes images/${capture.image}.raw.zst`
  if (!erases) return 'nothing: it boots once'
  return wipes ?? 'its disk'
}

/** Where nobody was shown what is erased before, it is said now. */
function writeAsked({ io, values }: Call, result: AskResult, wish: InstallRequest): void {
  const host = printable(result.host)
  if (result.ok) {
    const erased = values.has('yes') ? `, erases ${printable(erasedBy(result, wish))}` : ''
    io.stdout.write(`${host}: install ${result.install} is asked for${erased}\n`)
  } else {
    const reason = result.reason ?? 'the daemon gave no reason'
    io.stderr.write(`${host}: refused: ${printable(reason)}\n`)
  }
}

function withoutWaiting({ io, values }: Call, results: readonly AskResult[]): number {
  if (values.has('json')) writeJson(io, { results })
  return results.every(({ ok }) => ok) ? exit.done : exit.no
}

async function finish(
  { io, api, values }: Call,
  results: readonly AskResult[],
  after: number,
  { stopAfter, timeout }: Patience,
): Promise<number> {
  const installs = new Map(
    results.flatMap(({ host, ok, install }) => (ok && install !== null ? [[host, install]] : [])),
  )
  // Not to cron, whose mail would come every morning.
  const byHand = results.filter(({ ok, starts }) => ok && !starts).map(({ host }) => host)
  if (byHand.length > 0 && io.isTerminal) io.stderr.write(`${powerOn(byHand)}\n`)
  // With --json stdout carries one JSON text, so the progress goes to stderr.
  const lines = withTimeout(values.has('json') ? { ...io, stdout: io.stderr } : io, timeout)
  const ended = await waitForInstalls(api, lines, installs, after, stopAfter)
  for (const host of installs.keys()) {
    if (!ended.has(host)) {
      io.stderr.write(
        `${printable(host)}: has not ended, and goes on: bootwright show ${printable(host)}\n`,
      )
    }
  }
  if (values.has('json')) writeJson(io, { results: results.map(result => withEnd(result, ended)) })
  const allInstalled = results.every(({ host }) => ended.get(host)?.outcome === 'installed')
  return allInstalled ? exit.done : exit.no
}

function powerOn(hosts: readonly string[]): string {
  const [who, it] = hosts.length === 1 ? [hosts[0] ?? '', 'it'] : [`${hosts.length} hosts`, 'them']
  const verb = hosts.length === 1 ? 'begins' : 'begin'
  return `${printable(who)} ${verb} with the next network boot: power ${it} on now, or reset ${it}`
}

function withTimeout(io: Io, ms: number | undefined): Io {
  if (ms === undefined) return io
  const over = AbortSignal.timeout(ms)
  return { ...io, signal: io.signal ? AbortSignal.any([io.signal, over]) : over }
}

function withEnd(result: AskResult, ended: ReadonlyMap<string, InstallEnd>) {
  const end = ended.get(result.host)
  return { ...result, outcome: end?.outcome ?? null, reason: end?.reason ?? result.reason }
}
