import { basename, dirname, join } from 'node:path'
import type { ImageRow } from '../../api/images.ts'
import type { Profile } from '../../boot/host.ts'
import { sentenceOf } from '../../boot/words/reason.ts'
import type { Config } from '../../config/config.ts'
import { readMedia } from '../../config/media.ts'
import { type Image, listImages, readImage } from '../../system/images.ts'
import type { Published } from '../../system/published.ts'

/** The images in `assets`, and those elsewhere that profiles name. */
export function imageViews(config: Config, { publishTogether }: Published): ImageRow[] {
  const parent = join(config.assets, 'images')
  const elsewhere = new Set(
    [...config.profiles.values()]
      .filter(({ kind }) => kind === undefined)
      .map(folderOf)
      .filter(folder => dirname(folder) !== parent),
  )
  const images = [
    ...listImages(parent, readMedia),
    ...[...elsewhere].sort().flatMap(folder => readImage(folder, readMedia) ?? []),
  ]
  return images.map(image => {
    const inside = dirname(image.folder) === parent
    return {
      name: inside ? basename(image.folder) : image.folder,
      path: image.folder,
      form: image.form,
      bytes: image.files.reduce((sum, { bytes }) => sum + bytes, 0),
      kernel: { name: image.kernel.name, version: image.kernel.version ?? null },
      init: image.init ?? null,
      script: scriptOf(image, publishTogether),
      problem: image.problem ? sentenceOf(image.problem) : null,
      profiles: [...config.profiles.values()]
        .filter(profile => folderOf(profile) === image.folder)
        .map(({ name }) => name),
      files: image.files.map(file => ({ ...file, sha256: file.sha256 ?? null })),
    }
  })
}

function folderOf({ media, kernel }: Profile): string {
  return media?.folder ?? dirname(kernel)
}

/** Where the netboot.ipxe is served as it came, beside its kernel and initrd. */
function scriptOf(
  { form, media }: Image,
  publishTogether: Published['publishTogether'],
): string | null {
  if (form !== 'nixos' || !media) return null
  return publishTogether([media.kernel, media.initrd, media.told])?.[2]?.url ?? null
}
