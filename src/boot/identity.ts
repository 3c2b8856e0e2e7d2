import type { Mac } from '../wire/address.ts'
import { formatIpAddress, type IpAddress } from '../wire/ip-address.ts'
import type { Host, Trust } from './host.ts'
import type { ReasonOf } from './reason.ts'
import type { StrangerReasons } from './reasons/stranger.ts'
import { isNoUuid, isSameUuid } from './uuid.ts'

/** Whose an address is, and how we know. */
export type Owners =
  /** The kernel's neighbour table: somebody on a link of ours answers ARP for it now. */
  | { readonly by: 'neighbour'; readonly macs: readonly Mac[] }
  /** It is on a link of ours, and nobody there answers ARP for it. `macs`: those it is leased to. */
  | { readonly by: 'nobody'; readonly macs: readonly Mac[] }
  /** What DHCP told: our lease, or what was asked of another server through a relay. */
  | { readonly by: 'dhcp'; readonly macs: readonly Mac[] }

/** All that tells whether a request is a host's own. */
export interface Evidence {
  readonly host: Host
  readonly trust: Trust
  readonly address: IpAddress
  readonly owners: Owners
  /** What the request itself says. */
  readonly uuid: string | undefined
  /** What an earlier boot of the host said. */
  readonly knownUuid: string | undefined
  /**
   * It carries the token of an attempt, which only that boot of the host was given, after all that was to
   * be shown: the address at which it was.
   */
  readonly attemptAt: IpAddress | undefined
}

/** Whether a request is the host's own, and if not, why. */
export type Identity =
  | { readonly kind: 'machine' }
  | { readonly kind: 'stranger'; readonly why: StrangerReason }

export type StrangerReason = ReasonOf<keyof StrangerReasons>

const machine: Identity = { kind: 'machine' }

/** The one judge of "is this the machine?". Pure. */
export function identify(evidence: Evidence): Identity {
  if (evidence.trust === 'url') return machine
  const why =
    whyNotByAddress(evidence) ?? (evidence.trust === 'uuid' ? whyNotByUuid(evidence) : undefined)
  return why ? { kind: 'stranger', why } : machine
}

type Why = StrangerReason | undefined

function whyNotByAddress({ host, address: from, owners, attemptAt }: Evidence): Why {
  const address = formatIpAddress(from)
  if (owners.by === 'nobody') return { code: 'nobody-at-address', address }
  if (owners.macs.some(mac => host.nics.some(nic => nic.mac === mac))) return undefined
  const [mac] = owners.macs
  if (mac !== undefined) return { code: 'address-of-another', address, mac, host: host.name }
  // Behind a relay and after a restart nobody may know the address, but the token's own boot had it.
  return from === attemptAt ? undefined : { code: 'address-unknown', address, host: host.name }
}

function whyNotByUuid({ host, uuid, knownUuid, attemptAt }: Evidence): Why {
  if (attemptAt !== undefined) return undefined
  const wanted = host.uuid ?? knownUuid
  if (uuid === undefined || isNoUuid(uuid)) return { code: 'uuid-unsaid' }
  if (wanted === undefined) return { code: 'uuid-never-heard', host: host.name }
  return isSameUuid(uuid, wanted) ? undefined : { code: 'uuid-differs', host: host.name, uuid }
}

/** A netboot that was heard of a host under way, and what is known of its own boots. */
export interface NetbootSource {
  readonly uuid: string | undefined
  readonly network: string | undefined
}

/**
 * Whether a DHCP packet with a host's MAC is of another machine: it says another UUID than its earlier
 * boots, or comes from another network than its installer. Who forges all of it is not told apart.
 */
export function isFromElsewhere(heard: NetbootSource, known: NetbootSource): boolean {
  const differs = (a: string | undefined, b: string | undefined) =>
    a !== undefined && b !== undefined && a !== b
  if (differs(heard.network, known.network)) return true
  const { uuid } = heard
  if (isNoUuid(uuid) || isNoUuid(known.uuid) || uuid === undefined) return false
  return known.uuid !== undefined && !isSameUuid(uuid, known.uuid)
}
