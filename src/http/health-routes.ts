import type { FastifyInstance } from 'fastify'
import { printable } from '../base/printable.ts'

/** Why the daemon is not ready; empty when it is. */
export type Unready = () => readonly string[]

/** Why the daemon does not serve a network now: none where it does; undefined for no network. */
export type Unserved = (network: string) => readonly string[] | undefined

/**
 * `GET /healthz`: it lives. `GET /readyz`: every door is open and what it learns is kept. `GET /readyz/NETWORK`:
 * it is the one that serves the network now.
 */
export function healthRoutes(app: FastifyInstance, unready: Unready, unserved: Unserved): void {
  app.get('/healthz', async (_request, reply) => reply.type('text/plain').send('ok\n'))
  app.get('/readyz', async (_request, reply) => {
    const reasons = unready()
    const text = reasons.length === 0 ? 'ready\n' : `${reasons.join('\n')}\n`
    return reply
      .code(reasons.length === 0 ? 200 : 503)
      .type('text/plain')
      .send(text)
  })
  app.get<{ Params: { network: string } }>('/readyz/:network', async ({ params }, reply) => {
    const reasons = unserved(params.network)
    const status = reasons === undefined ? 404 : reasons.length > 0 ? 503 : 200
    const lines = reasons ?? [`the config has no network ${printable(params.network)}`]
    const text = lines.length === 0 ? 'ready' : lines.join('\n')
    return reply.code(status).type('text/plain').send(`${text}\n`)
  })
}
