import type { Client } from '../boot/client.ts'
import type { Answer, Site } from '../boot/decide.ts'
import type { Recognition, Traits } from '../boot/found-by.ts'
import type { DhcpOption, Host } from '../boot/host.ts'
import type { Lease } from '../boot/lease.ts'
import type { NetworkWith4 } from '../boot/network-address.ts'
import type { FoundHost, News } from '../boot/news.ts'
import type { Reason, ReasonCode } from '../boot/reason.ts'
import { type Because, because } from '../boot/words/reason.ts'
import { formatIpv4, type Ipv4, type Mac } from '../wire/address.ts'
import type { AddressSet } from '../wire/address-set.ts'
import type { MessageName } from '../wire/dhcp-codes.ts'
import type { DhcpPacket } from '../wire/dhcp-packet.ts'
import type { LeaseBook, OfferBook, OfferKey } from './lease.ts'
import type { Arrival, Endpoint } from './network.ts'
import { serverIdOverrideOf } from './relay.ts'
import type { Gift } from './reply-content.ts'

/** What the DHCP door asks of the rest of the program: look-ups, none of which changes anything. */
export interface DhcpDeps {
  networks(): readonly NetworkWith4[]
  host(mac: Mac, client: Client | undefined): FoundHost | undefined
  /** Whose machine a booting client is, where that is not what is known; only where hosts are found so. */
  finding?(traits: Traits, present: Host | undefined): Recognition | undefined
  /** Whether a loader went to the machine, and nothing was heard of it since. */
  hasUnheardLoader?(mac: Mac, host: Host | undefined): boolean
  site(network: NetworkWith4): Site
  /** The MACs that an address is reserved for, if it is. */
  readonly reservedFor: (address: Ipv4) => readonly Mac[] | undefined
  /** All those addresses, so that a search passes over them at once. */
  reserved?(): AddressSet
  readonly leases: LeaseBook
  /** Whether no lease can be kept for now. */
  away?(): boolean
  readonly offers: OfferBook
  readonly httpPort: number
}

/**
 * What a packet changes. {@link handle} only says it; the desk does it, in one place, before the reply
 * leaves.
 */
export interface Changes {
  /** To be on disk before the reply leaves. */
  readonly lease?: Lease
  /**
   * The lease says that its address was declined; first it is looked who answers there. `always`: it is
   * believed only when somebody else does; `leased`: unless the client itself does.
   */
  readonly doubt?: 'always' | 'leased'
  /** Its address is held for the client: the lease that would begin by taking it now. */
  readonly hold?: Lease
  /** What was offered to this client is offered no more. */
  readonly drop?: OfferKey
  /** Whether its MAC answers here decides: the packet is to be handled anew with what was found. */
  readonly look?: Ipv4
  /** To be told to the rest of the program, which may then decide otherwise: the packet is handled anew. */
  readonly news?: News
}

/** What is known of a packet as soon as it is known, for the log and the timeline. */
export interface PacketFacts {
  readonly asked?: MessageName
  readonly mac?: Mac
  readonly network?: NetworkWith4
  readonly client?: Client
  readonly host?: Host
  readonly answer?: Answer
}

/** What comes of a packet. */
export type Outcome = PacketFacts &
  Changes &
  Because &
  (
    | {
        readonly kind: 'reply'
        readonly network: NetworkWith4
        readonly reply: DhcpPacket
        readonly to: Endpoint
        /** The port to send from: 67 or 4011. */
        readonly via: Arrival['port']
      }
    | { readonly kind: 'none'; readonly code: ReasonCode }
  )

export type Reply = Extract<Outcome, { kind: 'reply' }>

/** What is to be said to a client, before it is written as a packet. */
export type DhcpAnswer = Changes & { readonly why: Reason } & (
    | { readonly kind: 'none' }
    /** `message` is for the client, or whoever pretends to be it. */
    | { readonly kind: 'nak'; readonly message: string }
    | {
        readonly kind: 'offer' | 'ack'
        readonly gift: Gift
        /** The lease holds without a REQUEST (RFC 4039). */
        readonly rapidCommit?: true
      }
  )

/** A packet with everything that was found out about it: what both modes work on. */
export interface Case {
  readonly packet: DhcpPacket
  readonly arrival: Arrival
  readonly asked: MessageName
  readonly mac: Mac
  readonly network: NetworkWith4
  readonly client?: Client
  readonly host?: Host
  /** The host was never answered. */
  readonly appears?: true
  /** Whose machine it is, where that is not what is known. */
  readonly finding?: Recognition
  /** Only for clients that boot. */
  readonly answer?: Answer
  /** Its installer is at work. */
  readonly isInstalling?: true
  /** The client id, in hex, of a client that shares its MAC with others and has an address of its own. */
  readonly apart?: string
  /** Whether the MAC answers at the address of its lease, where that was looked for. */
  readonly inUse?: boolean
  /** Options of the host, or of the profile that a stranger boots. */
  readonly options?: readonly DhcpOption[]
  readonly deps: DhcpDeps
  /** Epoch milliseconds. */
  readonly now: number
}

/** No reply, and why; what changes all the same goes with it. */
export function silence(why: Reason, changes?: Changes): DhcpAnswer {
  return { kind: 'none', why, ...changes }
}

/** A packet that is ignored, and why. */
export function ignored(why: Reason, seen: PacketFacts = {}): Outcome {
  return { ...seen, kind: 'none', code: why.code, ...because(why) }
}

/** No reply after all, and nothing of what it would have changed. */
export function withheld(outcome: Reply, why: Reason): Outcome {
  const { reply: _, to: _to, via: _via, lease: _lease, hold: _hold, ...rest } = outcome
  const { drop: _drop, look: _look, news: _news, ...seen } = rest
  return ignored(why, seen)
}

export function disbelieved(outcome: Outcome, address: Ipv4): Outcome {
  const { lease: _, doubt: _doubt, drop: _drop, ...seen } = outcome
  return ignored({ code: 'decline-disbelieved', address: formatIpv4(address) }, seen)
}

/** Whether clients may take this for our address: one of ours, or what their relay calls us. */
export function isOurs({ packet, deps }: Case, address: Ipv4): boolean {
  if (serverIdOverrideOf(packet) === address) return true
  return deps.networks().some(({ serverAddress }) => serverAddress === address)
}

/** The part of a case that the outcome tells. */
export function seenOf({ asked, mac, network, client, host, answer }: Case) {
  return {
    asked,
    mac,
    network,
    ...(client ? { client } : {}),
    ...(host ? { host } : {}),
    ...(answer ? { answer } : {}),
  }
}
