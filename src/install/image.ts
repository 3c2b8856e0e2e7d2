import { posix } from 'node:path'
import type { Spec } from '../boot/install.ts'
import type { BootImage } from '../boot/script.ts'

/** What the URLs and arguments of one boot are made of. */
export interface ImageParts {
  readonly serverUrl: string
  readonly filesUrl: string
  /** The rendered command line, and what lets us in. */
  readonly args: readonly string[]
  /** `bootwright=` and `BOOTIF=`. */
  readonly ours: readonly string[]
  /** URL of one more initrd. */
  readonly login?: string
}

/** What one boot fetches and what it is told, by the kind of its profile. */
export function imageOf(
  spec: Spec,
  { serverUrl, filesUrl, login, ...parts }: ImageParts,
): BootImage {
  const { profile } = spec
  const kernel = `${serverUrl}${spec.kernel.url}`
  const initrd = spec.initrd.map(asset => `${serverUrl}${asset.url}`)
  const own = parts.args.filter(Boolean)
  const all = [...own, ...parts.ours].join(' ')
  switch (profile.kind) {
    case 'efi': {
      // A shell or memtest would take the words for commands of its own.
      const takes = own.length > 0 || profile.boot === 'install'
      return { kind: 'efi', program: kernel, args: takes ? all : '' }
    }
    case 'iso':
      return { kind: 'iso', url: kernel }
    case 'wim': {
      // wimboot ends at words that it does not know.
      const files = [...initrd, ...Object.keys(spec.templates).map(name => filesUrl + name)]
      const named = files.map(url => ({ name: posix.basename(url), url }))
      return { kind: 'wim', wimboot: kernel, args: own.join(' '), files: named }
    }
    default:
      return { kernel, initrd: login === undefined ? initrd : [...initrd, login], cmdline: all }
  }
}
