import type { FastifyInstance } from 'fastify'
import { Gauge, Registry } from 'prom-client'
import { type Access, allowedOnly } from './access.ts'

export interface MetricsDeps {
  readonly access: () => Access
  /** Sentences of networks that give no addresses because of other DHCP servers. */
  held(): readonly string[]
  unready(): readonly string[]
}

/** `GET /metrics` for Prometheus, to the addresses of `admin.allow`. */
export function metricsRoute(app: FastifyInstance, deps: MetricsDeps): void {
  const registry = new Registry()
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value())
      },
    })
  gauge('bootwright_ready', '1 when every door is open and what is learnt is kept', () =>
    deps.unready().length === 0 ? 1 : 0,
  )
  gauge(
    'bootwright_networks_held',
    'Networks that give no addresses because another DHCP server answers there',
    () => deps.held().length,
  )

  app.get('/metrics', { onRequest: allowedOnly(deps.access) }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  )
}
