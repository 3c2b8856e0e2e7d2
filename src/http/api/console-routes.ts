import type { FastifyInstance } from 'fastify'
import type {
  ConsoleAnswer,
  ConsoleBody,
  ConsoleQuery,
  ConsoleStatus,
  TypedAnswer,
} from '../../api/console.ts'
import { routes } from '../../api/routes.ts'
import { createPlainFilter } from '../../base/terminal-text.ts'
import type { ConsoleState } from '../../boot/console.ts'
import type { Host } from '../../boot/host.ts'
import type { Reason } from '../../boot/reason.ts'
import { sentenceOf } from '../../boot/words/reason.ts'
import { createPlaces } from '../places.ts'
import { Refusal } from '../problem.ts'
import { type KeptConsole, streamConsole } from './console-stream.ts'
import { findHost } from './find-host.ts'
import { type Actor, actorOf } from './guard.ts'
import { takeReaderPlace } from './reader-place.ts'
import { reasonFields } from './reason-fields.ts'

export interface ConsoleRouteDeps {
  hosts(): ReadonlyMap<string, Host>
  whyNot(host: Host): Reason | undefined
  state(host: string): ConsoleState
  kept(host: string): KeptConsole
  /** Keeps it open, and calls back when there is more or its state has changed, until it is called. */
  follow(host: string, changed: () => void): () => void
  type(host: Host, text: string): Reason | undefined
  /** Milliseconds that only go forward. */
  now(): number
  did(
    actor: Actor,
    act: { readonly action: 'console'; readonly text: string; readonly hosts: readonly string[] },
  ): void
  committed(): Promise<void>
}

/** Readers of all, and of one address. */
const streams = { most: 128, perAddress: 16 }
/** Of a list: one answer, made at once. */
const longestList = 1024 * 1024
/** Who types is in the log once in this time for each host. */
const sameTypingMs = 600_000

/** `GET /hosts/:name/console`: what is kept, or a stream that goes on; `POST` types. */
export function consoleRoutes(app: FastifyInstance, deps: ConsoleRouteDeps): void {
  const places = createPlaces(streams, performance.now.bind(performance))
  app.get<{ Params: { name: string }; Querystring: ConsoleQuery }>(
    '/hosts/:name/console',
    { schema: routes.console },
    async (request, reply) => {
      const { params, query, headers } = request
      const host = findHost(params.name, deps.hosts())
      if (!headers.accept?.includes('text/event-stream')) return listOf(host, query, deps)
      const why = deps.whyNot(host)
      if (why) throw new Refusal(409, sentenceOf(why))
      const { raw } = reply
      takeReaderPlace(places, request, reply, 'follows too many consoles')
      const resumed = Number(headers['last-event-id'])
      const { begin, end } = rangeOf(deps.kept(host.name), query)
      const isResumed = headers['last-event-id'] !== undefined && Number.isSafeInteger(resumed)
      const from = isResumed ? Math.min(Math.max(resumed, begin), end) : begin
      reply.hijack()
      streamConsole(raw, from, {
        kept: () => deps.kept(host.name),
        status: () => statusOf(deps.state(host.name)),
        follow: changed => deps.follow(host.name, changed),
        readers: places.count,
        failed: err => request.log.error({ err, host: host.name }, 'console stream'),
      })
      return reply
    },
  )

  const typed = new Map<string, number>()
  app.post<{ Params: { name: string }; Body: ConsoleBody }>(
    '/hosts/:name/console',
    { schema: routes.consoleType },
    async (request): Promise<TypedAnswer> => {
      const host = findHost(request.params.name, deps.hosts())
      const actor = actorOf(request)
      const why = deps.whyNot(host) ?? notOpen(host, deps)
      if (why) throw new Refusal(409, sentenceOf(why))
      const key = JSON.stringify([host.name, actor.name, actor.address])
      const now = deps.now()
      if (now - (typed.get(key) ?? Number.NEGATIVE_INFINITY) > sameTypingMs) {
        for (const [old, at] of typed) if (now - at > sameTypingMs) typed.delete(old)
        const text = `types at the console of ${host.name}`
        deps.did(actor, { action: 'console', text, hosts: [host.name] })
        // Who types is on disk before anything reaches the machine.
        await deps.committed()
      }
      typed.set(key, now)
      const not = deps.type(host, request.body.text)
      if (not) throw new Refusal(409, sentenceOf(not))
      return { host: host.name }
    },
  )
}

function notOpen(host: Host, { state }: ConsoleRouteDeps): Reason | undefined {
  return state(host.name).state === 'open'
    ? undefined
    : { code: 'console-not-open', host: host.name }
}

function listOf(host: Host, query: ConsoleQuery, deps: ConsoleRouteDeps): ConsoleAnswer {
  const kept = deps.kept(host.name)
  const { begin, end } = rangeOf(kept, query)
  const filter = createPlainFilter()
  const decoder = new TextDecoder()
  let text = ''
  let at = Math.max(begin, end - longestList)
  const from = at
  while (at < end) {
    const piece = kept.read(at, end - at)
    if (piece.bytes.length === 0) break
    text += filter(decoder.decode(piece.bytes, { stream: true }))
    at = piece.from + piece.bytes.length
  }
  const parts = kept.parts().map(({ owner, from, to }) => {
    return { install: owner?.install ?? null, attempt: owner?.attempt ?? null, from, to }
  })
  const by = host.console?.by ?? null
  return { host: host.name, by, status: statusOf(deps.state(host.name)), from, to: at, text, parts }
}

/** The places that are asked for. An attempt may lie in several parts, when nobody's words were in between. */
function rangeOf(
  kept: KeptConsole,
  { last, install, attempt }: ConsoleQuery,
): { readonly begin: number; readonly end: number } {
  const parts = kept.parts()
  const newest = parts.findLast(({ owner }) => owner)?.owner?.install
  const of = install ?? (attempt === undefined ? undefined : newest)
  const fitting = parts.filter(
    ({ owner }) =>
      owner?.install === of && (attempt === undefined || owner?.attempt === Number(attempt)),
  )
  const isAll = install === undefined && attempt === undefined
  const end = isAll ? kept.end() : (fitting.at(-1)?.to ?? kept.end())
  const begin = isAll ? kept.begin() : (fitting[0]?.from ?? end)
  return { begin: last === undefined ? begin : Math.max(begin, end - Number(last)), end }
}

function statusOf(state: ConsoleState): ConsoleStatus {
  if (state.state === 'open' && state.why)
    return { state: 'open', ...reasonFields(state.why), until: null }
  if (state.state !== 'waiting') return { state: state.state, reason: null, until: null }
  const { why, until } = state
  return { state: 'waiting', ...reasonFields(why), until: new Date(until).toISOString() }
}
