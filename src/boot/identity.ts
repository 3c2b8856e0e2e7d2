import type { Ipv4, Mac } from '../wire/address.ts'
import { formatIpv4 } from '../wire/address.ts'
import type { Host, Trust } from './host.ts'
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
  readonly address: Ipv4
  readonly owners: Owners
  /** What the request itself says. */
  readonly uuid: string | undefined
  /** What an earlier boot of the host said. */
  readonly knownUuid: string | undefined
  /**
   * It carries the token of an attempt, which only that boot of the host was given, after all that was to
   * be shown: the address at which it was.
   */
  readonly attemptAt: Ipv4 | undefined
}

/** Whether a request is the host's own, and if not, why. */
export type Identity =
  | { readonly kind: 'machine' }
  | {
      readonly kind: 'stranger'
      readonly address: Ipv4
      readonly code: 'unknown-address' | 'nobody-there' | 'no-uuid' | 'no-known-uuid' | 'other-uuid'
    }
  | {
      readonly kind: 'stranger'
      readonly address: Ipv4
      readonly code: 'other-mac'
      readonly mac: Mac
    }

export type Stranger = Extract<Identity, { kind: 'stranger' }>

const machine: Identity = { kind: 'machine' }

/** The one judge of "is this the machine?". Pure. */
export function identify(evidence: Evidence): Identity {
  if (evidence.trust === 'url') return machine
  const stranger = strangerAt(evidence)
  if (stranger) return stranger
  return evidence.trust === 'uuid' ? byUuid(evidence) : machine
}

function strangerAt({ host, address, owners, attemptAt }: Evidence): Stranger | undefined {
  const isOwn = owners.macs.some(mac => host.nics.some(nic => nic.mac === mac))
  if (owners.by === 'nobody') return { kind: 'stranger', address, code: 'nobody-there' }
  if (isOwn) return undefined
  const [mac] = owners.macs
  if (mac !== undefined) return { kind: 'stranger', address, code: 'other-mac', mac }
  // Behind a relay and after a restart nobody may know the address, but the token's own boot had it.
  if (address === attemptAt) return undefined
  return { kind: 'stranger', address, code: 'unknown-address' }
}

function byUuid({ host, address, uuid, knownUuid, attemptAt }: Evidence): Identity {
  if (attemptAt !== undefined) return machine
  const stranger = (code: 'no-uuid' | 'no-known-uuid' | 'other-uuid') =>
    ({ kind: 'stranger', address, code }) as const
  const wanted = host.uuid ?? knownUuid
  if (uuid === undefined || isNoUuid(uuid)) return stranger('no-uuid')
  if (wanted === undefined) return stranger('no-known-uuid')
  return isSameUuid(uuid, wanted) ? machine : stranger('other-uuid')
}

/** Why a request is not a host's own, for its timeline: who asks is told less. */
export function strangerWords(stranger: Stranger, host: string): string {
  const where = formatIpv4(stranger.address)
  switch (stranger.code) {
    case 'other-mac':
      return `${where} is ${stranger.mac} now, and no card of ${host}`
    case 'nobody-there':
      return `nobody answers ARP at ${where}`
    case 'unknown-address':
      return `${where} is not known to be an address of ${host}`
    case 'no-uuid':
      return `it says no UUID, which \`trust: uuid\` asks for`
    case 'no-known-uuid':
      return `no earlier boot of ${host} has said its UUID: write \`uuid\` at the host, or boot it once`
    case 'other-uuid':
      return `it says another UUID than earlier boots of ${host}`
  }
}
