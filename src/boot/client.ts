import type { Mac } from '../wire/address.ts'
import type { Arch } from './arch.ts'

/**
 * How far a machine has come in its boot, and so which kind of answer it can use.
 *
 *   firmware       a PXE ROM asking DHCP; it can load one file over TFTP
 *   http-firmware  UEFI HTTP Boot asking DHCP; it can load one file over HTTP
 *   ipxe           iPXE asking DHCP; it can follow a URL
 *   script         iPXE asking us over HTTP what to do next
 */
export type Stage = 'firmware' | 'http-firmware' | 'ipxe' | 'script'

export const stages: readonly Stage[] = ['firmware', 'http-firmware', 'ipxe', 'script']

/** Whoever sent a packet or request, as far as it told us, before we know the host. */
export interface Client {
  readonly mac: Mac
  readonly stage: Stage
  readonly arch: Arch
  /** Canonical text of the SMBIOS UUID, lower case, where the client sent one. */
  readonly uuid?: string
  /** iPXE only: it can load what our scripts ask for (HTTP, and bzImage or EFI images). */
  readonly capable: boolean
  readonly vendorClass?: string
  /** The port of the switch that its relay says it hangs on, in each way to write it: `LEAF7/Ethernet12`. */
  readonly ports?: readonly string[]
}

/** The client as its host's config says that it should be taken, where that says so. */
export function takenFor(client: Client, arch: Arch | undefined): Client {
  return arch === undefined ? client : { ...client, arch }
}
