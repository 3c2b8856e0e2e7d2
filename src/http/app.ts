import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { type ApiDeps, apiRoutes } from './api-routes.ts'
import { normaliseUrl } from './asset-path.ts'
import { type AssetDeps, assetRoutes } from './asset-routes.ts'
import { type AttemptDeps, attemptRoutes } from './attempt-routes.ts'
import { type BootDeps, bootRoutes } from './boot-routes.ts'
import { type DiscDeps, discRoute } from './disc-route.ts'
import { healthRoutes, type Unready } from './health-routes.ts'
import { type ImagesDeps, imagesRoute } from './images-route.ts'
import { type KexecDeps, kexecRoutes } from './kexec-routes.ts'
import { metricsRoute } from './metrics-route.ts'
import { problem } from './problem.ts'

export interface HttpDeps {
  readonly boot: BootDeps
  readonly attempt: AttemptDeps
  readonly assets: AssetDeps
  readonly api: ApiDeps
  readonly kexec: Omit<KexecDeps, 'boot'>
  readonly disc: Omit<DiscDeps, 'boot' | 'assets'>
  readonly images: ImagesDeps['images']
  readonly unready: Unready
  readonly held: () => readonly string[]
  readonly log: FastifyBaseLogger
}

/** The route table, without a socket. */
export async function buildApp(deps: HttpDeps): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: deps.log,
    // One line a decision is written where it is made; a line for each request says nothing more.
    logController: new LogController({ disableRequestLogging: true }),
    // Unknown keys and other types are mistakes to be told, not to be dropped or bent.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false } },
    exposeHeadRoutes: false,
    bodyLimit: 1 << 20,
    routerOptions: { maxParamLength: 256, ignoreDuplicateSlashes: true },
    rewriteUrl: request => normaliseUrl(request.url ?? '/'),
  })
  app.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500)
      request.log.error({ err: error, url: request.routeOptions.url }, 'request failed')
    return problem(
      reply,
      status,
      status >= 500 ? 'the daemon could not do this; see its log' : error.message,
    )
  })
  app.setNotFoundHandler((request, reply) =>
    problem(reply, 404, `nothing is served at ${request.method} ${request.url.split('?')[0]}`),
  )

  bootRoutes(app, deps.boot)
  discRoute(app, { ...deps.disc, boot: deps.boot, assets: deps.assets })
  kexecRoutes(app, { ...deps.kexec, boot: deps.boot })
  attemptRoutes(app, deps.attempt)
  assetRoutes(app, deps.assets)
  healthRoutes(app, deps.unready)
  metricsRoute(app, { access: deps.api.access, held: deps.held, unready: deps.unready })
  await app.register(async api => apiRoutes(api, deps.api), { prefix: '/api/v1' })
  const images = { access: deps.api.access, images: deps.images }
  await app.register(async api => imagesRoute(api, images), { prefix: '/api/v1' })
  return app
}
