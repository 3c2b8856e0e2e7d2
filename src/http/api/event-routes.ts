import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { EventList, EventsQuery } from '../../api/events.ts'
import { routes } from '../../api/routes.ts'
import { createPlaces } from '../places.ts'
import { createEventStreams, type EventsDeps, ofKinds, tellReader } from './event-stream.ts'
import { listOf } from './filters.ts'
import { createLiveNews, type LiveDeps } from './live-news.ts'
import { takeReaderPlace } from './reader-place.ts'
import { eventView } from './views.ts'

/** Streams of all, and of one address. */
const streams = { most: 256, perAddress: 32 }

/** `GET /events`: the newest or those after an id as a list, or a stream of server-sent events that goes on where it stopped. */
export function eventRoutes(app: FastifyInstance, deps: EventsDeps, live: LiveDeps): void {
  const places = createPlaces(streams, performance.now.bind(performance))
  const stream = createEventStreams(deps)
  const follow = createLiveNews(deps.listen, live)
  app.get<{ Querystring: EventsQuery }>(
    '/events',
    { schema: routes.events },
    async (request, reply) => {
      if (!request.headers.accept?.includes('text/event-stream')) return list(request.query, deps)
      const { query } = request
      const { raw } = reply
      takeReaderPlace(places, request, reply, 'has too many event streams')
      reply.hijack()
      stream(raw, { host: query.host, kinds: listOf(query.kind), after: resumedAt(request) })
      if (query.live !== undefined)
        raw.once(
          'close',
          follow(query.host, message => tellReader(raw, message)),
        )
      return reply
    },
  )
}

/** The id after which a reader goes on: the one a browser names when it comes again, or the one asked for. */
function resumedAt({ headers, query }: FastifyRequest<{ Querystring: EventsQuery }>): number {
  const resumed = Number(headers['last-event-id'])
  return Number.isSafeInteger(resumed) && resumed >= 0 ? resumed : Number(query.after ?? 0)
}

async function list(
  { host, kind, after, before, limit }: EventsQuery,
  deps: EventsDeps,
): Promise<EventList> {
  const most = Number(limit ?? 1000)
  const wanted = {
    ...ofKinds(listOf(kind)),
    ...(before !== undefined && { before: Number(before) }),
  }
  const events =
    after === undefined
      ? await deps.newest(most, host, wanted)
      : await deps.after(Number(after), most, host, wanted)
  return { events: events.map(eventView) }
}
