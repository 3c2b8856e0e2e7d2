/** What an iPXE can do, by the code of the sub-option of 175 that says so (its `ipxe/features.h`). */
const featureNames = {
  16: 'pxe-ext',
  17: 'iscsi',
  18: 'aoe',
  19: 'http',
  20: 'https',
  21: 'tftp',
  22: 'ftp',
  23: 'dns',
  24: 'bzimage',
  25: 'multiboot',
  26: 'slam',
  27: 'srp',
  32: 'nbi',
  33: 'pxe',
  34: 'elf',
  35: 'comboot',
  36: 'efi',
  37: 'fcoe',
  38: 'vlan',
  39: 'menu',
  40: 'sdi',
  41: 'nfs',
} as const

export type IpxeFeature = (typeof featureNames)[keyof typeof featureNames]

const byCode: ReadonlyMap<number, IpxeFeature> = new Map(
  Object.entries(featureNames).map(([code, name]) => [Number(code), name]),
)

/**
 * The features that option 175 names. It reads as far as it understands and never throws: other
 * Etherboot descendants put other things there.
 */
export function ipxeFeaturesOfBytes(bytes: Uint8Array): ReadonlySet<IpxeFeature> {
  const found = new Set<IpxeFeature>()
  let at = 0
  while (at + 1 < bytes.length && bytes[at] !== 255) {
    if (bytes[at] === 0) {
      at++
      continue
    }
    const feature = byCode.get(bytes[at] ?? 0)
    if (feature !== undefined && bytes[at + 2] !== 0) found.add(feature)
    at += 2 + (bytes[at + 1] ?? 0)
  }
  return found
}

/** Option 175 that tells iPXE not to wait 2 s for a proxyDHCP server (`no-pxedhcp`). */
export const noProxyDhcp = Uint8Array.of(0xb0, 1, 1)
