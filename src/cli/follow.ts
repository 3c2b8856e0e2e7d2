import { setTimeout as delay } from 'node:timers/promises'
import type { HostEvent } from '../api/events.ts'
import { type ApiClient, Unreachable } from './api-client.ts'
import { readSse } from './sse.ts'

/** `connected` comes first, and again whenever a connection that was `lost` is back. */
export type FeedItem =
  | { readonly kind: 'connected' }
  | { readonly kind: 'lost' }
  | { readonly kind: 'event'; readonly event: HostEvent }

export interface FollowOptions {
  readonly host?: string | undefined
  /** Id of the last event that is known already. */
  readonly after: number
  readonly signal?: AbortSignal | undefined
}

/** How long a daemon may stay away, in milliseconds: a restart or an upgrade of its machine. */
const patience = 10 * 60_000

/**
 * Every event after the given one, each once, for as long as the daemon can be reached again within
 * ten minutes. Ends when the signal says so.
 *
 * @throws Failure when the daemon cannot be reached at first, stays away, or refuses
 */
export async function* followEvents(
  api: ApiClient,
  { host, after, signal }: FollowOptions,
): AsyncGenerator<FeedItem> {
  const ours = new AbortController()
  const either = signal ? AbortSignal.any([signal, ours.signal]) : ours.signal
  let last: number | undefined
  let pause = 1000
  let lostAt: number | undefined
  let connected = false
  try {
    while (!either.aborted) {
      try {
        const stream = await openStream(api, host, after, last, either)
        connected = true
        lostAt = undefined
        yield { kind: 'connected' }
        for await (const { data, retry } of readSse(stream)) {
          pause = retry ?? pause
          if (data === undefined) continue
          const event = JSON.parse(data) as HostEvent
          last = event.id
          yield { kind: 'event', event }
        }
      } catch (error) {
        if (either.aborted) return
        if (!connected || !isLoss(error)) throw error
        const now = performance.now()
        if (lostAt !== undefined && now - lostAt > patience) throw error
        if (!(error instanceof Unreachable)) continue
        if (lostAt === undefined) yield { kind: 'lost' }
        lostAt ??= now
      }
      await delay(pause, undefined, { signal: either }).catch(() => undefined)
    }
  } finally {
    ours.abort()
  }
}

function openStream(
  api: ApiClient,
  host: string | undefined,
  after: number,
  last: number | undefined,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  if (last === undefined) return api.stream('/api/v1/events', { host, after }, {}, signal)
  return api.stream('/api/v1/events', { host }, { 'Last-Event-ID': String(last) }, signal)
}

/** The daemon away is {@link Unreachable}; a stream that breaks off is a TypeError of fetch. */
function isLoss(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof TypeError && error.cause !== undefined)
}
