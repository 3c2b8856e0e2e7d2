import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readMedia } from '../config/media.ts'
import { type Order, proofOf } from '../pull/order.ts'
import { type Origin, verifiedFiles } from '../pull/verified-files.ts'
import type { Image } from '../system/images.ts'
import { importImage } from '../system/import-image.ts'

/**
 * Fetches, verifies and puts an image into a folder of images, whole or not at all; what a run that was cut had
 * fetched stays below it and is gone on with.
 *
 * @throws PullError or ImportError with a sentence; then no image was changed
 */
export async function pullImage(
  order: Order,
  images: string,
  origin: Origin,
  progress: (done: number, total: number, name: string) => void,
  signal?: AbortSignal,
): Promise<Image> {
  const { name, version, arch } = order
  const folder = pullFolder(images, order)
  const tags: Record<string, string> = {}
  const fetched = (url: string, tag: string) => {
    if (Object.values(order.files).some(file => file.url === url)) tags[url] = tag
  }
  const from = origin.kind === 'web' ? { ...origin, source: { ...origin.source, fetched } } : origin
  const files = await verifiedFiles(order, from, folder)
  const at = new Date().toISOString()
  const source = { name, version, arch, proof: proofOf(order), at, tags }
  signal?.throwIfAborted()
  const what = { files, images, name, source, ...(signal && { signal }) }
  const image = await importImage(what, readMedia, progress)
  await rm(folder, { recursive: true, force: true })
  return image
}

/** Where what was fetched waits. Below assets, so that the rename is one, and hidden: what begins with a dot is no image. */
export function pullFolder(images: string, { name, version, arch }: Order): string {
  return join(images, '.pulled', `${name}-${version}-${arch}`)
}
