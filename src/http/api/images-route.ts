import type { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type {
  BroughtDisc,
  CatalogueList,
  CatalogueRow,
  DiscBody,
  DiscRow,
  DiskImageRow,
  ImageList,
  ImageRow,
  NewsAnswer,
  PieceQuery,
  PullAnswer,
  PullBody,
  PullRow,
} from '../../api/images.ts'
import { routes } from '../../api/routes.ts'
import { printable } from '../../base/printable.ts'
import { Refusal } from '../problem.ts'
import { type Actor, actorOf } from './guard.ts'

/** The boot media that are there, and how more are had. */
export interface ImagesDeps {
  images(): readonly ImageRow[]
  disks(): readonly DiskImageRow[]
  pulls(): readonly PullRow[]
  catalogue(): readonly CatalogueRow[]
  /** Asks the publishers of what was pulled; returns a sentence for each image that nobody can tell of. */
  ask(): Promise<readonly string[]>
  /** Begins to fetch `NAME` or `NAME@VERSION`; throws a Refusal where it cannot. */
  begin(what: string, arch: string | undefined, actor: Actor): PullRow
  /** Ends a pull, or forgets it; false where there is none. */
  endPull(name: string, actor: Actor): Promise<boolean>
  readonly discs: {
    list(): readonly DiscRow[]
    /** Throws a Refusal where it cannot be had; so does `add`. */
    begin(offer: DiscBody, actor: Actor): DiscRow
    add(name: string, at: number, content: Readable): Promise<DiscRow>
    /** Ends a disc, or forgets it; false where there is none. */
    end(name: string, actor: Actor): Promise<boolean>
  }
  committed(): Promise<void>
}

/** `GET /images`, `GET /catalogue`, pulls and discs. */
export function imagesRoute(app: FastifyInstance, deps: ImagesDeps): void {
  app.get('/images', { schema: routes.images }, async (): Promise<ImageList> => {
    const discs = [...deps.discs.list()]
    return { images: [...deps.images()], disks: [...deps.disks()], pulls: [...deps.pulls()], discs }
  })
  app.get('/catalogue', { schema: routes.catalogue }, async (): Promise<CatalogueList> => {
    return { entries: [...deps.catalogue()] }
  })
  app.post('/images/news', { schema: routes.news }, async (): Promise<NewsAnswer> => {
    return { unknown: [...(await deps.ask())] }
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
  app.delete<{ Params: { name: string } }>(
    '/pulls/:name',
    { schema: routes.endPull },
    async (request, reply) => {
      const { name } = request.params
      const was = await deps.endPull(name, actorOf(request))
      if (!was) throw new Refusal(404, `no pull of ${printable(name)} is known`)
      await deps.committed()
      return reply.code(204).send()
    },
  )
  discRoutes(app, deps)
}

function discRoutes(app: FastifyInstance, { discs, committed }: ImagesDeps): void {
  app.post<{ Body: DiscBody }>(
    '/discs',
    { schema: routes.disc },
    async (request): Promise<BroughtDisc> => {
      const disc = discs.begin(request.body, actorOf(request))
      await committed()
      return { disc }
    },
  )
  app.delete<{ Params: { name: string } }>(
    '/discs/:name',
    { schema: routes.endDisc },
    async (request, reply) => {
      const { name } = request.params
      const was = await discs.end(name, actorOf(request))
      if (!was) throw new Refusal(404, `no disc of ${printable(name)} is known`)
      await committed()
      return reply.code(204).send()
    },
  )
  // Bytes as they come, and nothing else.
  app.register(async pieces => {
    pieces.removeAllContentTypeParsers()
    pieces.addContentTypeParser('application/octet-stream', (_request, content, done) =>
      done(null, content),
    )
    pieces.put<{ Params: { name: string }; Querystring: PieceQuery; Body: Readable }>(
      '/discs/:name',
      { schema: routes.piece },
      async (request): Promise<BroughtDisc> => {
        const { params, query, body } = request
        return { disc: await discs.add(params.name, Number(query.at ?? 0), body) }
      },
    )
  })
}
