import { setTimeout as delay } from 'node:timers/promises'
import type { HostDetail } from '../api/hosts.ts'
import type { CancelResult } from '../api/installs.ts'
import { printable } from '../base/printable.ts'
import { type ApiClient, Unreachable } from './api-client.ts'
import { writeCancelled } from './cancel.ts'
import { type FeedItem, followEvents } from './follow.ts'
import { colourOf, type EventWidths, formatEvent } from './format.ts'
import { exit, Failure, type Io } from './io.ts'
import { paint, screenOf } from './table.ts'

/** How an install ended: `installed`, `failed`, `cancelled` …, `gone` when nobody knows it now. */
export interface InstallEnd {
  readonly outcome: string
  readonly reason: string | null
}

interface OpenInstalls {
  readonly api: ApiClient
  readonly io: Io
  /** Host name to install id, of those that have not ended. */
  readonly open: Map<string, string>
  readonly ended: Map<string, InstallEnd>
  readonly widths: EventWidths
}

/** Looks at all hosts this often (milliseconds), should no event have told of an end. */
const lookEvery = 10_000

/**
 * Follows installs to their ends and writes what happens as it happens. After `stopAfter` failures
 * the others are cancelled, once. Events only say when to look: the end is what the host's list of
 * installs says. Where the signal ends it, those still open are missing from the result.
 *
 * @param after id of the newest event before the installs were asked for
 */
export async function waitForInstalls(
  api: ApiClient,
  io: Io,
  installs: ReadonlyMap<string, string>,
  after: number,
  stopAfter: number,
): Promise<ReadonlyMap<string, InstallEnd>> {
  const host = Math.max(8, ...[...installs.keys()].map(name => name.length))
  const widths = { host, kind: 12 }
  const waiting: OpenInstalls = { api, io, open: new Map(installs), ended: new Map(), widths }
  const only = installs.size === 1 ? [...installs.keys()][0] : undefined
  const over = new AbortController()
  const signal = io.signal ? AbortSignal.any([io.signal, over.signal]) : over.signal
  const steps = followEvents(api, { host: only, after, signal })
  let stopped = false
  try {
    for await (const step of orTick(steps, lookEvery)) {
      await take(step, waiting)
      if (!stopped && failures(waiting) >= stopAfter && waiting.open.size > 0) {
        stopped = true
        await cancelRest(waiting)
      }
      if (waiting.open.size === 0) break
    }
  } finally {
    over.abort()
  }
  return waiting.ended
}

async function take(step: FeedItem | 'tick', waiting: OpenInstalls): Promise<void> {
  const { io, open, widths } = waiting
  if (step === 'tick' || step.kind === 'connected') return lookAtAll(waiting)
  if (step.kind === 'lost') {
    io.stderr.write('the daemon went away; trying again\n')
    return
  }
  const { event } = step
  if (event.host === null || !open.has(event.host)) return
  io.stdout.write(formatEvent(event, widths, screenOf(io)))
  await look(event.host, waiting)
}

async function lookAtAll(waiting: OpenInstalls): Promise<void> {
  for (const host of [...waiting.open.keys()]) await look(host, waiting)
}

/** Notes the end of a host's install, if it has come. */
async function look(host: string, { api, io, open, ended }: OpenInstalls): Promise<void> {
  const end = await endOf(api, host, open.get(host) ?? '')
  if (end === undefined) return
  open.delete(host)
  ended.set(host, end)
  const outcome = paint(printable(end.outcome), colourOf(end.outcome), screenOf(io))
  io.stdout.write(
    `${printable(host)}: ${outcome}${end.reason ? `: ${printable(end.reason)}` : ''}\n`,
  )
}

async function endOf(api: ApiClient, host: string, id: string): Promise<InstallEnd | undefined> {
  try {
    const { installs } = await api.get<HostDetail>(`/api/v1/hosts/${encodeURIComponent(host)}`)
    const install = installs.find(one => one.id === id)
    if (!install) return { outcome: 'gone', reason: 'the daemon no longer knows this install' }
    return install.endedAt === null
      ? undefined
      : { outcome: install.outcome ?? 'ended', reason: install.reason }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    if (error.exitCode === exit.no) return { outcome: 'gone', reason: error.message }
    // Away for a moment: the stream notices too, and decides how long to be patient.
    if (error instanceof Unreachable) return undefined
    throw error
  }
}

function failures({ ended }: OpenInstalls): number {
  return [...ended.values()].filter(({ outcome }) => outcome === 'failed').length
}

async function cancelRest(waiting: OpenInstalls): Promise<void> {
  const { api, io, open, ended } = waiting
  // One may have ended since it was looked at.
  await lookAtAll(waiting)
  if (open.size === 0) return
  const failed = [...ended.values()].filter(({ outcome }) => outcome === 'failed').length
  io.stderr.write(`${failed} failed: cancelling the other ${open.size}\n`)
  const hosts = [...open.keys()]
  const { results } = await api.post<{ results: CancelResult[] }>('/api/v1/cancels', { hosts })
  for (const result of results) writeCancelled(io, result)
}

/** The steps, with a tick between them whenever none came for so many milliseconds. */
async function* orTick<T>(steps: AsyncIterator<T>, every: number): AsyncGenerator<T | 'tick'> {
  let next = steps.next()
  for (;;) {
    const waited = new AbortController()
    const tick = delay(every, 'tick' as const, { signal: waited.signal }).catch(
      () => 'tick' as const,
    )
    const step = await Promise.race([next, tick])
    waited.abort()
    if (step === 'tick') yield 'tick'
    else if (step.done) return
    else {
      yield step.value
      next = steps.next()
    }
  }
}
