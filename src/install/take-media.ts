import { basename, join } from 'node:path'
import type { MediaFolder, Profile } from '../boot/host.ts'
import type { Asset } from '../boot/install.ts'
import type { Media } from '../boot/media.ts'
import type { Refused } from '../boot/reason.ts'
import type { InstallDeps } from './deps.ts'
import { expecting, type Images } from './take-files.ts'

type MediaDeps = Pick<InstallDeps, 'publishTogether' | 'readMedia'>

/** A build that is written just now is looked at so often. */
const looks = 3

/**
 * Kernel, initrd and command line of boot media, all of one build: read, published and read once more,
 * until nothing of it has moved meanwhile.
 */
export function takeMedia(
  profile: Profile,
  folder: MediaFolder,
  deps: MediaDeps,
): Images | Refused {
  for (let look = 0; look < looks; look++) {
    const media = deps.readMedia(folder)
    if (media.problem !== undefined) return { refused: media.problem }
    const { kernel, initrd, told, kexec } = media
    const paths = [kernel, initrd, told, ...(kexec === undefined ? [] : [kexec])]
    const assets = deps.publishTogether(paths)
    if (!assets) continue
    const again = deps.publishTogether(paths)
    if (again?.[0]?.url !== assets[0]?.url) continue
    if (JSON.stringify(deps.readMedia(folder)) !== JSON.stringify(media)) continue
    const images = imagesOf(assets.map(asset => expectingNamed(asset, folder, profile)))
    if (images) return { ...images, cmdline: cmdlineOf(media, profile) }
  }
  return { refused: { code: 'media-being-written', folder: folder.folder } }
}

function imagesOf([kernel, initrd, told, kexec]: readonly Asset[]): Images | undefined {
  if (!kernel || !initrd || !told) return undefined
  return { kernel, initrd: [initrd], told, ...(kexec && { kexec }) }
}

function expectingNamed(asset: Asset, { folder }: MediaFolder, { checksums = {} }: Profile): Asset {
  const name = decodeURIComponent(basename(asset.url))
  return expecting(asset, checksums[join(folder, name)])
}

function cmdlineOf({ cmdline }: Media, profile: Profile): string {
  return [literal(cmdline), profile.cmdline].filter(Boolean).join(' ')
}

/** Text from elsewhere that stands in a template and means only itself. */
function literal(text: string): string {
  return /\{[{%]/.test(text) ? `{% raw %}${text}{% endraw %}` : text
}
