import type { Ipv4, Mac, Subnet } from '../wire/address.ts'

/** What a medium tells the machine that is started from it: whom to ask, and how to reach it. No secret is in it. */
export interface MediaSettings {
  /** Our HTTP server, as machines reach it: a name or an address. */
  readonly server: { readonly host: string; readonly port: number }
  /** The only machine that may go on, by its MACs; undefined: any may ask. */
  readonly only?: { readonly host: string; readonly macs: readonly Mac[] }
  /** Undefined: the machine asks DHCP. */
  readonly address?: StaticAddress
  readonly vlan?: number
  readonly secureBoot: boolean
}

/** The address of a machine on a network without DHCP. */
export interface StaticAddress {
  readonly own: Ipv4
  readonly subnet: Subnet
  readonly gateway?: Ipv4
  readonly dns: readonly Ipv4[]
}

/** Archs that a medium can be for. */
export const mediaArchs = ['bios', 'x64-efi', 'arm64-efi', 'ia32-efi'] as const
export type MediaArch = (typeof mediaArchs)[number]

/** How a machine calls its server: `http://10.77.0.1:8080`. */
export function askedUrl({ server }: Pick<MediaSettings, 'server'>): string {
  return `http://${server.host}:${server.port}`
}
