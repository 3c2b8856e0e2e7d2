import { type Arch, isEfi } from './arch.ts'
import type { Client } from './client.ts'

/** What to tell a client. Each door writes it in its own words. */
export type Answer =
  /** Nothing about booting; a DHCP server still gives the address. */
  | { readonly kind: 'none'; readonly reason: string }
  /** Load this loader, then ask again. */
  | {
      readonly kind: 'load'
      readonly over: 'tftp' | 'http'
      readonly file: string
      readonly reason: string
    }
  /** Go to the host's script. */
  | { readonly kind: 'chain'; readonly reason: string }
  /** Boot what the host's profile says. Only the `script` stage can. */
  | { readonly kind: 'boot'; readonly reason: string }
  /** Boot your disk. */
  | { readonly kind: 'local'; readonly reason: string }

/** What the decision needs to know of the host that a client turned out to be. */
export interface KnownHost {
  readonly name: string
  /** A network boot of it gets its profile now, and the sentence that says why or why not. */
  readonly due: boolean
  readonly why: string
}

/** What the decision needs to know of the place. */
export interface Site {
  /** For clients that are no hosts. `boot` is a profile that is booted every time. */
  readonly unknown: 'ignore' | 'local' | 'boot'
  /** The loader of each arch that we can serve. */
  readonly loaders: ReadonlyMap<Arch, string>
}

/** The whole boot policy. Every door asks here, and only here. */
export function decide(client: Client, host: KnownHost | undefined, site: Site): Answer {
  const wish = wishOf(host, site)
  if (wish.kind === 'none') return wish

  switch (client.stage) {
    case 'script':
      return wish
    case 'ipxe':
      // A ROM's stripped iPXE is swapped for ours, which can do all that our scripts ask for.
      return client.capable
        ? { kind: 'chain', reason: wish.reason }
        : load(client, 'tftp', site, `its iPXE lacks features; ${wish.reason}`)
    case 'http-firmware':
      return wish.kind === 'boot' ? load(client, 'http', site, wish.reason) : wish
    case 'firmware':
      return wish.kind === 'boot' ? load(client, 'tftp', site, wish.reason) : wish
  }
}

type Wish = Extract<Answer, { kind: 'none' | 'boot' | 'local' }>

function wishOf(host: KnownHost | undefined, site: Site): Wish {
  if (host) return { kind: host.due ? 'boot' : 'local', reason: `${host.name} ${host.why}` }
  switch (site.unknown) {
    case 'ignore':
      return { kind: 'none', reason: 'not a host of the config, and unknownHosts is ignore' }
    case 'local':
      return { kind: 'local', reason: 'not a host of the config, and unknownHosts is local' }
    case 'boot':
      return { kind: 'boot', reason: 'not a host of the config: the profile of unknownHosts' }
  }
}

function load(client: Client, over: 'tftp' | 'http', site: Site, reason: string): Answer {
  const file = site.loaders.get(client.arch)
  if (file === undefined) {
    return { kind: 'none', reason: `${reason}; no loader for ${client.arch}` }
  }
  return { kind: 'load', over, file, reason }
}

/**
 * Whether a reply can send this firmware to its disk at once; silence costs EDK2 60 s for each way of
 * booting. A PXE offer without a boot file means "boot server type 0, local boot" to it, and HTTP Boot
 * ends with a URL that answers 404: 4 s each, seen with OVMF 2022.11. BIOS ROMs fall through by
 * themselves when no offer carries a boot file.
 */
export function canBeSentToDisk(client: Client): boolean {
  return client.stage === 'http-firmware' || (client.stage === 'firmware' && isEfi(client.arch))
}
