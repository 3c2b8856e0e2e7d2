import type { Mac } from '../wire/address.ts'
import { isEfi } from './arch.ts'
import type { HostBootSettings } from './boot-settings.ts'
import type { Client } from './client.ts'
import type { BootSettings } from './host.ts'
import { chooseLoader, type LoaderChoice, loadersOf } from './loaders/choice.ts'
import { type Speaks, speaksOf } from './loaders/table.ts'
import type { Reason } from './reason.ts'
import { type Because, because } from './words/reason.ts'

/** What to tell a client, and why. Each door writes it in its own words. */
export type Answer = Because &
  /** Nothing about booting; a DHCP server still gives the address. */
  (
    | { readonly kind: 'none' }
    /** Load this loader, then ask again. */
    | {
        readonly kind: 'load'
        readonly over: 'tftp' | 'http'
        readonly file: string
        /** UEFI PXE is told the file on port 4011 only. */
        readonly binl?: true
      }
    /** Go to the host's script. */
    | { readonly kind: 'chain' }
    /** Fetch the host's disc and boot it. Only HTTP Boot can. */
    | { readonly kind: 'image' }
    /** Boot what the host's profile says. Only the `script` stage can. */
    | { readonly kind: 'boot' }
    /** Boot your disk. `empty`: also firmware that would find it by itself is told so. */
    | { readonly kind: 'local'; readonly empty?: true }
  )

/** What the decision needs to know of the host that a client turned out to be. */
export interface KnownHost {
  readonly name: string
  /** A network boot of it gets its profile now, and why or why not. */
  readonly due: boolean
  readonly why: Reason
  readonly settings?: HostBootSettings
  /** Its installer is at work: what asks in its name is that. */
  readonly isInstalling?: true
}

/** What the decision needs to know of the place. */
export interface Site extends LoaderChoice {
  /** For clients that are no hosts. `boot` is a profile that is booted every time, `discover` the agent. */
  readonly unknown: 'ignore' | 'local' | 'boot' | 'discover'
  /** The loader to try on this card in place of one that was never heard on such cards. */
  instead?(loader: string, mac: Mac): string | undefined
  /** Loaders that the config names and that are not there. */
  readonly missing?: ReadonlySet<string>
  /** What the profile says that clients get that are no hosts. */
  readonly profile?: HostBootSettings
}

/** The whole boot policy. Every door asks here, and only here. */
export function decide(client: Client, host: KnownHost | undefined, site: Site): Answer {
  const { kind, why } = wishOf(host, site)
  const settings = (host ? host.settings : site.profile) ?? {}
  switch (kind) {
    case 'none':
      return { kind, ...because(why) }
    case 'boot':
      if (client.stage === 'script') return { kind, ...because(why) }
      return settings.kind === 'iso' && client.stage === 'http-firmware'
        ? { kind: 'image', ...because(why) }
        : onTheWay(client, why, settings, site)
    case 'local':
      return client.stage === 'script'
        ? { kind, ...because(why) }
        : toDisk(client, why, settings, site)
  }
}

/** Towards the script, from any stage before it. */
function onTheWay(client: Client, why: Reason, settings: BootSettings, site: Site): Answer {
  if (client.stage === 'http-firmware') return load(client, 'http', settings, site, why)
  if (client.stage === 'firmware') return load(client, 'tftp', settings, site, why)
  // A ROM's stripped iPXE is swapped for ours, which can do all that our scripts ask for.
  if (!client.capable) {
    return load(client, 'tftp', settings, site, { code: 'stripped-ipxe', because: why })
  }
  // A host whose loader is another is not for iPXE, even where that is in its card's ROM.
  const isOther = settings.loader !== undefined && speaksIn(site, settings.loader) !== 'ipxe'
  return isOther ? load(client, 'tftp', settings, site, why) : { kind: 'chain', ...because(why) }
}

/** Whose config a loader asks for. */
export function speaksIn({ rules }: Pick<Site, 'rules'>, file: string): Speaks {
  const said = [...(rules?.values() ?? [])].flat().find(rule => rule.file === file)?.speaks
  return said ?? speaksOf(file)
}

/** The loader of a client: its host's own, or of its arch. */
export function loaderOf(
  client: Pick<Client, 'mac' | 'arch' | 'vendorClass'>,
  settings: BootSettings,
  choice: LoaderChoice,
): string | undefined {
  return settings.loader ?? chooseLoader(loadersOf(client.arch, choice), client)?.file
}

/** To the disk, as fast as the firmware knows or as its host says. iPXE needs its script for it. */
function toDisk(client: Client, why: Reason, settings: BootSettings, site: Site): Answer {
  const { localBoot = 'auto' } = settings
  if (localBoot === 'silent') {
    return { kind: 'none', ...because({ code: 'local-boot-silent', because: why }) }
  }
  if (localBoot === 'loader' || client.stage === 'ipxe')
    return onTheWay(client, why, settings, site)
  return { kind: 'local', ...(localBoot === 'empty' && { empty: true }), ...because(why) }
}

interface BootWish {
  readonly kind: 'none' | 'boot' | 'local'
  readonly why: Reason
}

function wishOf(host: KnownHost | undefined, site: Site): BootWish {
  if (host) return { kind: host.due ? 'boot' : 'local', why: host.why }
  switch (site.unknown) {
    case 'ignore':
      return { kind: 'none', why: { code: 'unknown-ignored' } }
    case 'local':
      return { kind: 'local', why: { code: 'unknown-local' } }
    case 'boot':
      return { kind: 'boot', why: { code: 'unknown-profile' } }
    case 'discover':
      return { kind: 'boot', why: { code: 'unknown-discover' } }
  }
}

function load(
  client: Client,
  over: 'tftp' | 'http',
  settings: BootSettings,
  site: Site,
  why: Reason,
): Answer {
  const { arch, mac } = client
  const named = loaderOf(client, settings, site)
  if (named === undefined) {
    return { kind: 'none', ...because({ code: 'no-loader', because: why, arch }) }
  }
  const file = site.instead?.(named, mac) ?? named
  if (site.missing?.has(file)) {
    return { kind: 'none', ...because({ code: 'no-loader', because: why, arch, file }) }
  }
  // Signed builds of GRUB speak no HTTP: fetched that way it ends at a prompt, seen with Debian's 2.06.
  // Firmware that is told so goes on to its next way of booting.
  if (over === 'http' && speaksIn(site, file) !== 'ipxe') {
    return { kind: 'local', ...because({ code: 'not-for-http-boot', because: why, file }) }
  }
  const binl = settings.uefi === 'binl' && client.stage === 'firmware' && isEfi(arch)
  return { kind: 'load', over, file, ...(binl ? { binl } : {}), ...because(why) }
}

/**
 * Whether a reply can send this firmware to its disk at once; silence costs EDK2 60 s for each way of
 * booting. A PXE offer without a boot file means "boot server type 0, local boot" to it, and HTTP Boot
 * ends with a URL that answers 404: 4 s each, seen with OVMF 2022.11. BIOS ROMs fall through by
 * themselves when no offer carries a boot file.
 */
export function canBeSentToDisk(client: Client, answer?: Answer): boolean {
  if (client.stage === 'http-firmware') return true
  const empty = answer?.kind === 'local' && answer.empty === true
  return client.stage === 'firmware' && (empty || isEfi(client.arch))
}
