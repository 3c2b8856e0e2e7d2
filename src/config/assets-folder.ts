import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { defaults } from './defaults.ts'

/**
 * What machines download: as the config says, from its own folder on. A config that does not say it takes
 * the folder beside it, and in a container image, where there may be none, that of the image.
 */
export function assetsFolder(folder: string, written: string | undefined): string {
  const beside = resolve(folder, written ?? defaults.assets)
  const { BOOTWRIGHT_ASSETS: ofImage } = process.env
  return written === undefined && ofImage && !existsSync(beside) ? resolve(ofImage) : beside
}
