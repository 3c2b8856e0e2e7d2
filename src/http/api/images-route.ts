import type { FastifyInstance } from 'fastify'
import type { ImageList, ImageRow } from '../../api/images.ts'
import { routes } from '../../api/routes.ts'

/** The boot media that are there. */
export type ImagesDeps = () => readonly ImageRow[]

/** `GET /images`. */
export function imagesRoute(app: FastifyInstance, images: ImagesDeps): void {
  app.get(
    '/images',
    { schema: routes.images },
    async (): Promise<ImageList> => ({
      images: [...images()],
    }),
  )
}
