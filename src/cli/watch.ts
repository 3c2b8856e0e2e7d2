import { setTimeout as delay } from 'node:timers/promises'
import type { HostEvent } from '../api/events.ts'
import type { HostRow } from '../api/hosts.ts'
import { printable } from '../base/printable.ts'
import { Unreachable } from './api-client.ts'
import { watchSpec } from './api-specs.ts'
import { type Call, runApiCommand } from './command.ts'
import { type Filters, readFilters, refuseUnknown } from './filters.ts'
import { followEvents } from './follow.ts'
import { formatTime, stateCell } from './format.ts'
import { exit, type Io } from './io.ts'
import { formatTable, paint, partsOf, screenOf } from './table.ts'
import { type Display, type Hosts, openTerminal } from './watch-terminal.ts'

/** `bootwright watch`. */
export function run(argv: string[], io: Io): Promise<number> {
  return runApiCommand(watchSpec, argv, io, async call => {
    const { api, values } = call
    const ended = new AbortController()
    const signal = io.signal ? AbortSignal.any([io.signal, ended.signal]) : ended.signal
    const filters = readFilters(values)
    await refuseUnknown(api, filters)
    const plain = values.has('json') || !io.isTerminal
    const terminal = plain ? undefined : openTerminal(io, () => ended.abort())
    try {
      return await look(call, filters, terminal ?? plainDisplay(io, values.has('json')), signal)
    } finally {
      // Also lets go of the stream of events, which would keep the program.
      ended.abort()
      terminal?.close()
    }
  })
}

/** Milliseconds between two looks: at least, and at most where no event tells of a change. */
const soonest = 250
const latest = 5000

/** Looks at the hosts whenever an event says that something happened, until the signal ends it. */
async function look(
  { api }: Call,
  filters: Filters,
  display: Display,
  signal: AbortSignal,
): Promise<number> {
  const { events } = await api.get<{ events: HostEvent[] }>('/api/v1/events', { limit: 1 })
  const news = await listen(followEvents(api, { after: events.at(-1)?.id ?? 0, signal }), signal)
  while (!signal.aborted) {
    const start = performance.now()
    try {
      display.show(await api.get<Hosts>('/api/v1/hosts', { ...filters }))
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error
      display.lost(error.message)
    }
    // A long list is not asked for so often that nothing else is done.
    const pause = Math.max(soonest, 3 * (performance.now() - start))
    await delay(pause, undefined, { signal }).catch(() => undefined)
    await news.next(latest)
  }
  news.check()
  return exit.done
}

/** Turns a stream into something to wait for; its end by a failure is kept for `check`. */
async function listen(steps: AsyncIterable<unknown>, signal: AbortSignal) {
  let wake = () => {}
  let isNew = false
  let failure: { error: unknown } | undefined
  void (async () => {
    try {
      for await (const _step of steps) {
        isNew = true
        wake()
      }
    } catch (error) {
      failure = { error }
      wake()
    }
  })()
  const check = () => {
    if (failure) throw failure.error
  }
  return {
    check,
    /** Resolves when anything has come since the last call, or after so many milliseconds. */
    async next(ms: number): Promise<void> {
      check()
      if (!isNew) {
        const woken = new Promise<void>(resolve => {
          wake = resolve
        })
        await Promise.race([woken, delay(ms, undefined, { signal }).catch(() => undefined)])
      }
      isNew = false
    },
  }
}

/** A table first, then a line for each change; with `json` a line of JSON for each. */
function plainDisplay(io: Io, json: boolean): Display {
  const before = new Map<string, string>()
  let isFirst = !json
  const screen = screenOf(io)
  const line = (name: string, state: string, why: string) => {
    const time = formatTime(new Date().toISOString())
    io.stdout.write(`${time}  ${printable(name)}  ${state}  ${printable(why)}\n`)
  }
  const changed = (host: HostRow) => {
    const { text, colour } = partsOf(stateCell(host))
    if (json) io.stdout.write(`${JSON.stringify(host)}\n`)
    else line(host.name, paint(text, colour, screen), host.why)
  }
  const removed = (name: string) => {
    if (json) io.stdout.write(`${JSON.stringify({ name, removed: true })}\n`)
    else line(name, 'removed', 'not among these hosts any more')
  }
  return {
    show({ hosts }) {
      const news = hosts.filter(host => before.get(host.name) !== keyOf(host))
      for (const host of news) before.set(host.name, keyOf(host))
      if (isFirst) io.stdout.write(formatTable(plainColumns, news.map(plainRow), screen))
      else for (const host of news) changed(host)
      isFirst = false
      const here = new Set(hosts.map(({ name }) => name))
      for (const name of before.keys()) {
        if (here.has(name)) continue
        before.delete(name)
        removed(name)
      }
    },
    lost: why => io.stderr.write(`${why}\n`),
  }
}

function plainRow(host: HostRow) {
  return [formatTime(new Date().toISOString()), host.name, stateCell(host), host.why]
}

const plainColumns = [{ title: 'TIME' }, { title: 'NAME' }, { title: 'STATE' }, { title: 'WHY' }]

/** What makes a host worth a new line. */
function keyOf({ state, percent, why, message }: HostRow): string {
  return JSON.stringify([state, percent, why, message])
}
