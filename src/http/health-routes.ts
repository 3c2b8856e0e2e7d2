import type { FastifyInstance } from 'fastify'

/** Why the daemon is not ready; empty when it is. */
export type Unready = () => readonly string[]

/** `GET /healthz`: it lives. `GET /readyz`: every door is open and what it learns is kept. */
export function healthRoutes(app: FastifyInstance, unready: Unready): void {
  app.get('/healthz', async (_request, reply) => reply.type('text/plain').send('ok\n'))
  app.get('/readyz', async (_request, reply) => {
    const reasons = unready()
    const text = reasons.length === 0 ? 'ready\n' : `${reasons.join('\n')}\n`
    return reply
      .code(reasons.length === 0 ? 200 : 503)
      .type('text/plain')
      .send(text)
  })
}
