import type { FastifyInstance } from 'fastify'
import type {
  CatalogueList,
  CatalogueRow,
  ImageList,
  ImageRow,
  PullAnswer,
  PullBody,
  PullRow,
} from '../../api/images.ts'
import { routes } from '../../api/routes.ts'
import { type Actor, actorOf } from './guard.ts'

/** The boot media that are there, and how more are had. */
export interface ImagesDeps {
  images(): readonly ImageRow[]
  pulls(): readonly PullRow[]
  catalogue(): readonly CatalogueRow[]
  /** Begins to fetch `NAME` or `NAME@VERSION`; throws a Refusal where it cannot. */
  begin(what: string, arch: string | undefined, actor: Actor): PullRow
  committed(): Promise<void>
}

/** `GET /images`, `GET /catalogue` and `POST /pulls`. */
export function imagesRoute(app: FastifyInstance, deps: ImagesDeps): void {
  app.get('/images', { schema: routes.images }, async (): Promise<ImageList> => {
    return { images: [...deps.images()], pulls: [...deps.pulls()] }
  })
  app.get('/catalogue', { schema: routes.catalogue }, async (): Promise<CatalogueList> => {
    return { entries: [...deps.catalogue()] }
  })
  app.post<{ Body: PullBody }>(
    '/pulls',
    { schema: routes.pull },
    async (request): Promise<PullAnswer> => {
      const { name, version, arch } = request.body
      const what = version === undefined ? name : `${name}@${version}`
      const pull = deps.begin(what, arch, actorOf(request))
      await deps.committed()
      return { pull }
    },
  )
}
