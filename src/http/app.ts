import { parse } from 'node:querystring'
import fastify, { type FastifyError, type FastifyInstance, LogController } from 'fastify'
import type { Log } from '../base/log.ts'
import { printable } from '../base/printable.ts'
import { type ApiDeps, apiRoutes } from './api/api-routes.ts'
import { fastifyLog } from './fastify-log.ts'
import { normaliseUrl } from './files/asset-path.ts'
import { type AssetDeps, assetRoutes } from './files/asset-routes.ts'
import { discRoute } from './files/disc-route.ts'
import { healthRoutes, type Unready, type Unserved } from './health-routes.ts'
import { validation } from './lazy-validators.ts'
import { type AttemptDeps, attemptRoutes } from './machine/attempt-routes.ts'
import { type BootDeps, bootRoutes } from './machine/boot-routes.ts'
import { type CaptureRouteDeps, captureRoutes } from './machine/capture-routes.ts'
import { type KexecDeps, kexecRoutes } from './machine/kexec-routes.ts'
import { type StandingBy, waitForTurn } from './machine/standing-by.ts'
import { type MetricsDeps, metricsRoute } from './metrics-route.ts'
import { pageRoutes } from './page-routes.ts'
import { type Refusal, sendProblem } from './problem.ts'

export interface HttpDeps {
  readonly boot: BootDeps
  readonly attempt: AttemptDeps
  readonly captures: CaptureRouteDeps
  readonly assets: AssetDeps
  readonly api: ApiDeps
  readonly kexec: Omit<KexecDeps, 'boot'>
  readonly unready: Unready
  readonly unserved: Unserved
  /** Where another daemon may work, and this one stand by. */
  readonly standing: StandingBy | undefined
  readonly metrics: MetricsDeps
  /** Told of each answer that has left: its route, status and seconds. */
  answered(route: string, status: number, seconds: number): void
  readonly log: Log
}

/** Fields of a query that are looked at. */
const mostFields = 100

/** What machines ask, and nobody but the daemon that works may answer. */
function machineDoor(app: FastifyInstance, deps: HttpDeps): void {
  const { standing, boot, assets, kexec, attempt, captures } = deps
  if (standing) waitForTurn(app, standing)
  bootRoutes(app, boot)
  discRoute(app, { boot, assets })
  kexecRoutes(app, { ...kexec, boot })
  attemptRoutes(app, attempt)
  captureRoutes(app, captures)
}

/** The routes, without a socket. */
export type HttpApp = FastifyInstance

/** The route table, without a socket. */
export async function buildApp(deps: HttpDeps): Promise<HttpApp> {
  const app = fastify({
    loggerInstance: fastifyLog(deps.log),
    childLoggerFactory: log => log,
    // One line a decision is written where it is made; a line for each request says nothing more.
    logController: new LogController({ disableRequestLogging: true }),
    ...validation,
    exposeHeadRoutes: false,
    bodyLimit: 1 << 20,
    routerOptions: {
      maxParamLength: 256,
      ignoreDuplicateSlashes: true,
      querystringParser: text => parse(text, '&', '=', { maxKeys: mostFields }),
    },
    rewriteUrl: request => normaliseUrl(request.url ?? '/'),
  })
  app.setErrorHandler<FastifyError & Partial<Refusal>>((error, request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500)
      request.log.error({ err: error, url: request.routeOptions.url }, 'request failed')
    return sendProblem(
      reply,
      status,
      status >= 500 ? 'the daemon could not do this; see its log' : error.message,
      // What fastify says of content that cannot be read.
      error.property ?? (error.code?.startsWith('FST_ERR_CTP_') ? 'body' : undefined),
    )
  })
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      reply,
      404,
      `nothing is served at ${request.method} ${printable(request.url.split('?')[0] ?? '')}`,
    ),
  )

  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    deps.answered(route, reply.statusCode, reply.elapsedTime / 1000)
  })

  await app.register(async machines => machineDoor(machines, deps))
  assetRoutes(app, deps.assets)
  healthRoutes(app, deps.unready, deps.unserved)
  metricsRoute(app, deps.api.access, deps.metrics)
  pageRoutes(app, deps.api.access)
  await app.register(async api => apiRoutes(api, deps.api), { prefix: '/api' })
  return app
}
