import type { Client } from './client.ts'

/** What was seen of a boot that concerns its loader. */
export type LoaderSign =
  /** A loader, or what a loader starts next, was sent to its last byte. */
  | { readonly kind: 'sent'; readonly file: string }
  /** The machine asked for something that only a running loader asks for. */
  | { readonly kind: 'alive' }
  | { readonly kind: 'discover'; readonly client: Pick<Client, 'stage' | 'arch'> }

/** Loaders that were sent in this boot, after which nothing was heard. */
export type Unheard = readonly string[]

/**
 * Follows a boot from its loader to the first thing that a running loader asks for. Firmware says nothing
 * when it refuses a loader: it only comes back, or goes on. Returns what is unheard of now, and when the
 * firmware comes back without anything else, the sentence that says so.
 */
export function watchLoader(
  unheard: Unheard,
  sign: LoaderSign,
): { readonly unheard: Unheard; readonly text?: string } {
  switch (sign.kind) {
    case 'sent':
      return { unheard: [...unheard.filter(file => file !== sign.file), sign.file] }
    case 'alive':
      return { unheard: [] }
    case 'discover': {
      const { stage, arch } = sign.client
      const isFirmware = stage === 'firmware' || stage === 'http-firmware'
      if (unheard.length === 0 || !isFirmware) return { unheard: [] }
      return { unheard: [], text: sentence(unheard, arch.endsWith('-efi')) }
    }
  }
}

function sentence(files: Unheard, isEfi: boolean): string {
  const secure = 'with Secure Boot on it refuses what is not signed (loader: shimx64.efi); else'
  const why = `${isEfi ? `${secure} ` : ''}the file is broken or for another kind of machine`
  return `its firmware came back: it fetched ${files.join(', ')}, and nothing was asked for after that: ${why}`
}
