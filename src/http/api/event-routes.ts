import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { EventList, EventsQuery } from '../../api/events.ts'
import type { HostRow } from '../../api/hosts.ts'
import { routes } from '../../api/routes.ts'
import type { EventReading, EventRecord, EventsWanted } from '../../boot/event-record.ts'
import { createPlaces } from '../places.ts'
import { Refusal } from '../problem.ts'
import { drained } from './drained.ts'
import { isOneOf, listOf } from './filters.ts'
import { addressOf } from './guard.ts'
import { eventView, type Turn } from './views.ts'

export interface EventsDeps extends EventReading {
  /** Calls back for each new event until the returned function is called. */
  listen(listener: (event: EventRecord) => void): () => void
}

/** What a stream tells besides events, where it is asked for. */
export interface LiveDeps {
  /** Calls back with the name of each host of which something has changed. */
  changed(listener: (host: string) => void): () => void
  /** A host as it is now; undefined when it is none of the config. */
  row(name: string, turns: ReadonlyMap<string, Turn>): HostRow | undefined
  /** The places of hosts in the lines where they wait. */
  turns(): ReadonlyMap<string, Turn>
  notices(): readonly string[]
  /** Those of the config; another object after a reload. */
  hosts(): object
}

/** A reader that does not read is let go when this many bytes wait for it. */
const longestBacklog = 256 * 1024
/** Events that are looked up at once; between two such pages others have their turn. */
const pageSize = 100
/** Streams of all, and of one address. */
const streams = { most: 256, perAddress: 32 }
const beatMs = 15_000
/** What changed within this time is told together. */
const liveMs = 500

/** `GET /events`: the newest or those after an id as a list, or a stream of server-sent events that goes on where it stopped. */
export function eventRoutes(app: FastifyInstance, deps: EventsDeps, live: LiveDeps): void {
  const places = createPlaces(streams, performance.now.bind(performance))
  app.get<{ Querystring: EventsQuery }>(
    '/events',
    { schema: routes.events },
    async (request, reply) => {
      if (!request.headers.accept?.includes('text/event-stream')) return list(request.query, deps)
      const { query } = request
      const { raw } = reply
      const address = addressOf(request)
      const moved = () => raw.socket?.bytesWritten ?? 0
      const leave = places.take({ address, moved, cut: () => raw.destroy() })
      if (!leave)
        throw new Refusal(429, `${address} has too many event streams; close some of them`)
      raw.once('close', leave)
      stream(request, reply, query, deps)
      if (query.live !== undefined) tellLive(reply, query.host, deps, live)
      return reply
    },
  )
}

async function list(
  { host, kind, after, before, limit }: EventsQuery,
  deps: EventsDeps,
): Promise<EventList> {
  const most = Number(limit ?? 1000)
  const wanted = {
    ...kindsIn(kind),
    ...(before !== undefined && { before: Number(before) }),
  }
  const events =
    after === undefined
      ? await deps.newest(most, host, wanted)
      : await deps.after(Number(after), most, host, wanted)
  return { events: events.map(eventView) }
}

function kindsIn(kind: EventsQuery['kind']): Pick<EventsWanted, 'kinds'> {
  const kinds = listOf(kind)
  return kinds.length > 0 ? { kinds } : {}
}

function stream(
  request: FastifyRequest,
  reply: FastifyReply,
  { host, after, kind }: EventsQuery,
  deps: EventsDeps,
): void {
  const kinds = listOf(kind)
  const resumed = Number(request.headers['last-event-id'])
  let last = Number.isSafeInteger(resumed) && resumed >= 0 ? resumed : Number(after ?? 0)
  reply.hijack()
  const out = reply.raw
  out.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' })

  out.flushHeaders()

  const send = (event: EventRecord) => {
    if (event.id <= last || (host !== undefined && event.host !== host)) return
    last = event.id
    if (isOneOf(kinds, event.kind))
      write(reply, `id: ${event.id}\ndata: ${JSON.stringify(eventView(event))}\n\n`)
  }
  // What comes while a page is looked up may be missing in it.
  let meanwhile: EventRecord[] | undefined
  let live = false
  const unlisten = deps.listen(event => {
    if (live) send(event)
    else meanwhile?.push(event)
  })
  const beat = setInterval(() => out.write(': alive\n\n'), beatMs)
  out.on('close', () => {
    clearInterval(beat)
    unlisten()
  })
  const catchUp = async () => {
    while (!out.destroyed) {
      meanwhile = []
      const events = await deps.after(last, pageSize, host, kindsIn(kind))
      let sent = 0
      // A page of long events is more than may wait: what is left of it is looked up again.
      for (const event of events) {
        if (out.writableNeedDrain) break
        send(event)
        sent++
      }
      if (sent === events.length && sent < pageSize) break
      meanwhile = undefined
      await drained(out)
    }
    for (const event of meanwhile ?? []) send(event)
    live = true
  }
  catchUp().catch(() => out.destroy())
}

/**
 * The rows of hosts as they change, that the config has other hosts, and the notices; they have no ids,
 * as only the newest counts.
 */
function tellLive(
  reply: FastifyReply,
  host: string | undefined,
  events: EventsDeps,
  live: LiveDeps,
): void {
  const changed = new Set<string>()
  let told = '[]'
  let known = live.hosts()
  let turns = live.turns()
  const change = (name: string | null) => {
    if (name !== null && (host === undefined || name === host)) changed.add(name)
  }
  const tell = () => {
    const hosts = live.hosts()
    if (hosts !== known) write(reply, 'event: reloaded\ndata: {}\n\n')
    known = hosts
    if (changed.size > 0) {
      const before = turns
      turns = live.turns()
      // Whoever leaves the line moves all behind.
      for (const [name, turn] of turns) {
        if (before.get(name)?.place !== turn.place) change(name)
      }
    }
    for (const name of changed) {
      const row = live.row(name, turns)
      if (row) write(reply, `event: host\ndata: ${JSON.stringify(row)}\n\n`)
    }
    changed.clear()
    const notices = JSON.stringify(live.notices())
    if (notices !== told) write(reply, `event: notices\ndata: ${notices}\n\n`)
    told = notices
  }
  const unlisten = [events.listen(event => change(event.host)), live.changed(change)]
  const clock = setInterval(tell, liveMs)
  reply.raw.on('close', () => {
    clearInterval(clock)
    for (const end of unlisten) end()
  })
}

function write({ raw }: FastifyReply, message: string): void {
  raw.write(message)
  if (raw.writableLength > longestBacklog) raw.destroy()
}
