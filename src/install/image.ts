import { posix } from 'node:path'
import type { Spec } from '../boot/install.ts'
import { joinWords } from '../boot/loaders/command-line.ts'
import { commandText } from '../boot/loaders/text.ts'
import type { BootImage } from '../boot/script.ts'

/** What the URLs and arguments of one boot are made of. */
export interface ImageParts {
  readonly serverUrl: string
  readonly filesUrl: string
  /** The rendered command line. */
  readonly args: string
  /** `bootwright=`, `BOOTIF=`, and what lets us in. */
  readonly ours: readonly string[]
  /** URL of one more initrd. */
  readonly login?: string
}

/** What one boot fetches and what it is told, by the kind of its profile; and words that it is not told. */
export function imageOf(
  spec: Spec,
  { serverUrl, filesUrl, login, ...parts }: ImageParts,
): { readonly image: BootImage; readonly leftOut: readonly string[] } {
  const { profile } = spec
  const kernel = `${serverUrl}${spec.kernel.url}`
  const initrd = spec.initrd.map(asset => `${serverUrl}${asset.url}`)
  const { line, leftOut } = joinWords(parts.ours, parts.args)
  switch (profile.kind) {
    case 'efi': {
      // A shell or memtest would take the words for commands of its own.
      const takes = parts.args.trim() !== '' || profile.boot === 'install'
      return { image: { kind: 'efi', program: kernel, args: takes ? line : '' }, leftOut }
    }
    case 'iso':
      return { image: { kind: 'iso', url: kernel }, leftOut: [] }
    case 'wim': {
      // wimboot ends at words that it does not know.
      const files = [...initrd, ...Object.keys(spec.templates).map(name => filesUrl + name)]
      const named = files.map(url => ({ name: posix.basename(url), url }))
      const args = commandText(parts.args)
      return { image: { kind: 'wim', wimboot: kernel, args, files: named }, leftOut: [] }
    }
    default: {
      const all = login === undefined ? initrd : [...initrd, login]
      return { image: { kernel, initrd: all, cmdline: line }, leftOut }
    }
  }
}
