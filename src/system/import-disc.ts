import { mkdirSync, statfsSync } from 'node:fs'
import { basename } from 'node:path'
import type { ReadMedia } from '../boot/media.ts'
import { discProfile } from './discs.ts'
import type { Image } from './images.ts'
import { type CopyProgress, importImage } from './import-image.ts'
import { readDisc, takeParts } from './open-disc.ts'

/** A disc that is taken apart, and where to. Paths are absolute. */
export interface DiscOrder {
  /** The disc; by its name it is served where its layout wants it whole. */
  readonly file: string
  /** A folder for what is taken out, on the way; the caller removes it. */
  readonly folder: string
  /** The `images` folder of the assets. */
  readonly images: string
  readonly name: string
  readonly signal?: AbortSignal
}

/**
 * Takes a disc apart into an image, whole or not at all; `profile` is YAML to paste under `profiles:`.
 *
 * @throws ImportError with a sentence; then no image was changed
 */
export async function importDisc(
  order: DiscOrder,
  readMedia: ReadMedia,
  progress: CopyProgress,
): Promise<{ readonly image: Image; readonly profile: string }> {
  const { file, folder, images, name, signal } = order
  const parts = await readDisc(file, signal)
  for (const path of [folder, images]) mkdirSync(path, { recursive: true })
  const how = { progress, most: freeBytes(folder), ...(signal && { signal }) }
  const taken = await takeParts(file, parts, folder, how)
  const files = parts.layout.whole ? [...taken, file] : taken
  const image = await importImage({ ...order, files }, readMedia, progress)
  return { image, profile: discProfile(parts, name, basename(file)) }
}

/** Bytes that a user who is not root may still write to the file system of a folder. */
export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}
