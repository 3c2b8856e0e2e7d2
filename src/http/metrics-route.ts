import type { FastifyInstance } from 'fastify'
import { type Access, allowedOnly } from './api/access.ts'

export interface MetricsDeps {
  readonly contentType: string
  text(): Promise<string>
}

/** `GET /metrics` for Prometheus, to the addresses of `admin.allow`. */
export function metricsRoute(
  app: FastifyInstance,
  access: () => Access,
  metrics: MetricsDeps,
): void {
  app.get('/metrics', { onRequest: allowedOnly(access) }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  )
}
