import type { HostEvent } from '../api/events.ts'
import type { AskResult } from '../api/installs.ts'
import { usageOf, type Values } from './args.ts'
import { type Choice, isOneHost, readChoice, whereOption } from './choose.ts'
import { apiCommand, type Call, runCommand, writeJson } from './command.ts'
import { canAsk, confirmHosts } from './confirm.ts'
import { exit, Failure, type Io } from './io.ts'
import { clean } from './table.ts'
import { type Ended, waitForInstalls } from './wait.ts'

export const spec = apiCommand({
  name: 'install',
  line:
    'HOST... [--where tag=T|profile=P|state=S] [--profile P] [--var k=v] [--wait]\n' +
    '       [--stop-after N] [--replace] [--yes] [--json]',
  summary:
    'Asks for an install, which begins with the next network boot of the host. HOST may be a glob.\n' +
    'For more than one host the list is shown and confirmed.',
  options: {
    where: whereOption,
    profile: { value: 'P', help: "this profile instead of the host's own, for this install only" },
    var: { value: 'k=v', many: true, help: 'this variable, for this install only' },
    wait: { help: 'follow to the end; exit code 1 when an install fails' },
    'stop-after': { value: 'N', help: 'with --wait: cancel the rest after N failures' },
    replace: { help: 'also where an install is running, which is ended' },
    yes: { help: 'do not ask' },
  },
  words: { min: 0, max: Number.POSITIVE_INFINITY },
})

export const usage = usageOf(spec)

interface Wish extends Choice {
  readonly profile?: string
  readonly vars?: Record<string, string | number | boolean>
  readonly replace?: true
}

/** `bootwright install HOST...`. */
export function run(argv: string[], io: Io): Promise<number> {
  return runCommand(spec, argv, io, async call => {
    const stopAfter = readStopAfter(call.values)
    const wish = readWish(call.values, call.words)
    const confirmed = await confirmWish(call, wish)
    const after = call.values.has('wait') ? await newestEvent(call) : 0
    const results = [...confirmed.refused, ...(await ask(call, confirmed.wish)).results]
    if (results.length === 0) throw new Failure('no host matches', exit.no)
    if (!call.values.has('json')) for (const result of results) writeAsked(io, result)
    return call.values.has('wait')
      ? finish(call, results, after, stopAfter)
      : withoutWaiting(call, results)
  })
}

function readWish(values: Values, words: readonly string[]): Wish {
  const profile = values.text('profile')
  const vars = values.list('var').map(readVar)
  return {
    ...readChoice(words, values.list('where')),
    ...(profile !== undefined && { profile }),
    ...(vars.length > 0 && { vars: Object.fromEntries(vars) }),
    ...(values.has('replace') && { replace: true }),
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

/** A wish for more than one host is asked for by name, once the names were seen and confirmed. */
async function confirmWish(
  call: Call,
  wish: Wish,
): Promise<{ wish: Wish; refused: readonly AskResult[] }> {
  if (call.values.has('yes') || isOneHost(wish)) return { wish, refused: [] }
  const { results } = await ask(call, { ...wish, dryRun: true })
  const hosts = results.filter(({ ok }) => ok).map(({ host }) => host)
  const { where: _, ...rest } = wish
  const named = { ...rest, hosts }
  const refused = results.filter(({ ok }) => !ok)
  if (results.length === 0) throw new Failure('no host matches', exit.no)
  if (hosts.length <= 1) return { wish: named, refused }

  if (!canAsk(call.io)) {
    throw new Failure(`this is for ${hosts.length} hosts; say --yes to install them`, exit.usage)
  }
  const question = `Install these ${hosts.length} hosts?`
  if (await confirmHosts(call.io, hosts, question)) return { wish: named, refused }
  throw new Failure('nothing was asked for', exit.no)
}

async function ask(
  { api }: Call,
  wish: Wish & { dryRun?: true },
): Promise<{ results: AskResult[] }> {
  if (wish.hosts.length === 0) return { results: [] }
  return api.post('/api/v1/installs', wish)
}

async function newestEvent({ api }: Call): Promise<number> {
  const { events } = await api.get<{ events: HostEvent[] }>('/api/v1/events', { limit: 1 })
  return events.at(-1)?.id ?? 0
}

function writeAsked(io: Io, { host, ok, install, reason }: AskResult): void {
  if (ok) io.stdout.write(`${clean(host)}: install ${install} is asked for\n`)
  else io.stderr.write(`${clean(host)}: refused: ${clean(reason ?? 'the daemon gave no reason')}\n`)
}

function withoutWaiting({ io, values }: Call, results: readonly AskResult[]): number {
  if (values.has('json')) writeJson(io, { results })
  return results.every(({ ok }) => ok) ? exit.done : exit.no
}

async function finish(
  { io, api, values }: Call,
  results: readonly AskResult[],
  after: number,
  stopAfter: number,
): Promise<number> {
  const installs = new Map(
    results.flatMap(({ host, ok, install }) => (ok && install !== null ? [[host, install]] : [])),
  )
  // With --json stdout carries one JSON text, so the progress goes to stderr.
  const lines = values.has('json') ? { ...io, stdout: io.stderr } : io
  const ended = await waitForInstalls(api, lines, installs, after, stopAfter)
  if (values.has('json')) writeJson(io, { results: results.map(result => withEnd(result, ended)) })
  const allInstalled = results.every(({ host }) => ended.get(host)?.outcome === 'installed')
  return allInstalled ? exit.done : exit.no
}

function withEnd(result: AskResult, ended: ReadonlyMap<string, Ended>) {
  const end = ended.get(result.host)
  return { ...result, outcome: end?.outcome ?? null, reason: end?.reason ?? result.reason }
}
