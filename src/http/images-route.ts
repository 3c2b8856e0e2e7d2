import type { FastifyInstance } from 'fastify'
import { type Access, allowedOnly, tokenOnly } from './access.ts'

/** An image as the API shows it. */
export interface ImageView {
  readonly name: string
  /** Absolute path of its folder. */
  readonly path: string
  readonly form: 'nixos' | 'kexec' | 'files'
  readonly bytes: number
  readonly kernel: { readonly name: string; readonly version: string | null }
  readonly init: string | null
  /** URL path of the iPXE script that came with it; its relative paths work there. */
  readonly script: string | null
  readonly problem: string | null
  /** Names of the profiles that boot it. */
  readonly profiles: readonly string[]
  readonly files: readonly {
    readonly name: string
    readonly bytes: number
    readonly sha256: string | null
  }[]
}

export interface ImagesDeps {
  readonly access: () => Access
  images(): readonly ImageView[]
}

/** `GET /api/v1/images`: the boot media that are there. */
export async function imagesRoute(app: FastifyInstance, deps: ImagesDeps): Promise<void> {
  app.addHook('onRequest', allowedOnly(deps.access))
  app.addHook('onRequest', tokenOnly(deps.access))
  app.get('/images', async () => ({ images: deps.images() }))
}
