import { isEfi } from './arch.ts'
import type { Client } from './client.ts'
import type { ContentOf } from './event.ts'

/** Loaders, and what loaders start next, that were sent in this boot and after which nothing was heard. */
export type Unheard = readonly string[]

export function sentTo(unheard: Unheard, file: string): Unheard {
  return [...unheard.filter(sent => sent !== file), file]
}

/**
 * What it means that a machine asks for a boot by DHCP while loaders are unheard of. Firmware says nothing
 * when it refuses a loader: it only comes back, or goes on to its next way of booting. Undefined where
 * all is well: iPXE asks because it runs.
 */
export function cameBack(
  unheard: Unheard,
  { stage, arch }: Pick<Client, 'stage' | 'arch'>,
): ContentOf<'firmware'> | undefined {
  const isFirmware = stage === 'firmware' || stage === 'http-firmware'
  if (unheard.length === 0 || !isFirmware) return undefined
  const data = { loaders: unheard, signed: isEfi(arch) }
  return { kind: 'firmware', code: 'came-back', data }
}
