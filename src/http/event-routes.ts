import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import type { EventRecord } from '../boot/install.ts'
import { problem } from './problem.ts'
import { eventView } from './views.ts'

export interface EventsDeps {
  after(id: number, limit: number, host?: string): readonly EventRecord[]
  newest(limit: number, host?: string): readonly EventRecord[]
  /** Calls back for each new event until the returned function is called. */
  listen(listener: (event: EventRecord) => void): () => void
}

const Query = Type.Object({
  host: Type.Optional(Type.String()),
  after: Type.Optional(Type.String({ pattern: '^\\d{1,15}$' })),
  limit: Type.Optional(Type.String()),
})

/** A reader that does not read is let go when this many bytes wait for it. */
const longestBacklog = 4 << 20

/** `GET /events`: the newest or those after an id as a list, or a stream of server-sent events that goes on where it stopped. */
export function eventRoutes(app: FastifyInstance, deps: EventsDeps): void {
  app.get<{ Querystring: Static<typeof Query> }>(
    '/events',
    { schema: { querystring: Query } },
    async (request, reply) => {
      const { host } = request.query
      const after = numberOf(request.query.after)
      const asked = request.query.limit
      if (asked !== undefined && !/^[1-9]\d{0,3}$/.test(asked)) {
        return problem(
          reply,
          400,
          `limit is a number from 1 to 9999, not "${asked}"; page with after`,
        )
      }
      const limit = numberOf(asked) ?? 1000
      if (request.headers.accept?.includes('text/event-stream')) {
        return stream(request, reply, deps, host, after ?? 0)
      }
      const events = after === undefined ? deps.newest(limit, host) : deps.after(after, limit, host)
      return { events: events.map(eventView) }
    },
  )
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text)
}

function stream(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: EventsDeps,
  host: string | undefined,
  after: number,
): FastifyReply {
  const resumed = Number(request.headers['last-event-id'])
  let last = Number.isSafeInteger(resumed) && resumed >= 0 ? resumed : after
  reply.hijack()
  const out = reply.raw
  out.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' })

  out.flushHeaders()

  const send = (event: EventRecord) => {
    if (event.id <= last || (host !== undefined && event.host !== host)) return
    last = event.id
    out.write(`id: ${event.id}\ndata: ${JSON.stringify(eventView(event))}\n\n`)
    if (out.writableLength > longestBacklog) out.destroy()
  }
  for (;;) {
    const page = deps.after(last, 1000, host)
    for (const event of page) send(event)
    if (page.length < 1000 || out.destroyed) break
  }
  const unlisten = deps.listen(send)
  const beat = setInterval(() => out.write(': alive\n\n'), 15_000)
  out.on('close', () => {
    clearInterval(beat)
    unlisten()
  })
  return reply
}
