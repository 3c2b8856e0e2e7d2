import { setTimeout as delay } from 'node:timers/promises'
import type { HostEvent } from '../api/events.ts'
import { type ApiClient, type Query, Unreachable } from './api-client.ts'
import { readSse } from './sse.ts'

/** `connected` comes first, and again whenever a connection that was `lost` is back. */
export type StreamItem<T> =
  | { readonly kind: 'connected' }
  | { readonly kind: 'lost' }
  | { readonly kind: 'message'; readonly message: T }

export type FeedItem =
  | Exclude<StreamItem<never>, { readonly kind: 'message' }>
  | { readonly kind: 'event'; readonly event: HostEvent }

export interface FollowOptions {
  readonly host?: string | undefined
  /** Id of the last event that is known already. */
  readonly after: number
  readonly signal?: AbortSignal | undefined
}

/** How long a daemon may stay away, in milliseconds: a restart or an upgrade of its machine. */
const patience = 10 * 60_000

/** Every event after the given one, as {@link followStream} follows. */
export async function* followEvents(
  api: ApiClient,
  { host, after, signal }: FollowOptions,
): AsyncGenerator<FeedItem> {
  const query = (last: string | undefined) => (last === undefined ? { host, after } : { host })
  for await (const item of followStream<HostEvent>(api, '/api/v1/events', query, signal)) {
    yield item.kind === 'message' ? { kind: 'event', event: item.message } : item
  }
}

/**
 * Every message of a stream, each once, for as long as the daemon can be reached again within ten minutes; `query` is
 * told the id of the last message. Ends when the signal says so.
 *
 * @throws Failure when the daemon cannot be reached at first, stays away, or refuses
 */
export async function* followStream<T>(
  api: ApiClient,
  url: string,
  query: (last: string | undefined) => Query,
  signal: AbortSignal | undefined,
): AsyncGenerator<StreamItem<T>> {
  const ours = new AbortController()
  const either = signal ? AbortSignal.any([signal, ours.signal]) : ours.signal
  let last: string | undefined
  let pause = 1000
  let lostAt: number | undefined
  let connected = false
  try {
    while (!either.aborted) {
      try {
        const headers = last === undefined ? {} : { 'Last-Event-ID': last }
        const stream = await api.stream(url, query(last), headers, either)
        connected = true
        lostAt = undefined
        yield { kind: 'connected' }
        for await (const { data, retry, id } of readSse(stream)) {
          pause = retry ?? pause
          last = id ?? last
          if (data !== undefined) yield { kind: 'message', message: JSON.parse(data) as T }
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

/** The daemon away is {@link Unreachable}; a stream that breaks off is a TypeError of fetch. */
function isLoss(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof TypeError && error.cause !== undefined)
}
