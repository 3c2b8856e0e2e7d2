import type { Client } from '../boot/client.ts'
import type { Answer, Site } from '../boot/decide.ts'
import type { Host, Network } from '../boot/host.ts'
import type { Claimant6, Lease6 } from '../boot/lease6.ts'
import type { NetworkWith6 } from '../boot/network-address.ts'
import type { FoundHost, News } from '../boot/news.ts'
import type { Reason, ReasonCode } from '../boot/reason.ts'
import { type Because, because } from '../boot/words/reason.ts'
import type { Mac } from '../wire/address.ts'
import type { MessageName6 } from '../wire/dhcp6-codes.ts'
import type { Dhcp6Option, Dhcp6Packet } from '../wire/dhcp6-packet.ts'
import type { Ipv6 } from '../wire/ipv6.ts'
import type { LeaseBook6, OfferBook6 } from './lease.ts'
import type { Arrival6 } from './network.ts'

/** What the DHCPv6 door asks of the rest of the program: look-ups, none of which changes anything. */
export interface Dhcp6Deps {
  networks(): readonly NetworkWith6[]
  host(mac: Mac, client: Client | undefined): FoundHost | undefined
  /** Whether a loader went to the machine, and nothing was heard of it since. */
  hasUnheardLoader?(mac: Mac, host: Host | undefined): boolean
  site(network: Network): Site
  /** The MACs that an address is reserved for, if it is. */
  readonly reservedFor: (address: Ipv6) => readonly Mac[] | undefined
  readonly leases: LeaseBook6
  readonly offers: OfferBook6
  /** What we call ourselves, the same for as long as the data lives. */
  readonly serverDuid: Uint8Array
  readonly httpPort: number
}

/**
 * What a packet changes. {@link handle6} only says it; the desk does it, in one place, before the reply
 * leaves.
 */
export interface Changes6 {
  /** To be on disk before the reply leaves. */
  readonly leases?: readonly Lease6[]
  /** Its address is held for the client: the lease that would begin by taking it now. */
  readonly hold?: Lease6
  readonly news?: News
}

/** What is known of a packet as soon as it is known, for the log and the timeline. */
export interface PacketFacts6 {
  readonly asked?: MessageName6
  readonly who?: Claimant6
  readonly network?: Network
  readonly client?: Client
  readonly host?: Host
  readonly answer?: Answer
}

/** What comes of a DHCPv6 packet. */
export type Outcome6 = PacketFacts6 &
  Changes6 &
  Because &
  (
    | {
        readonly kind: 'reply'
        readonly network: NetworkWith6
        readonly reply: Dhcp6Packet
        readonly said: 'advertise' | 'reply'
        /** Given with it. */
        readonly address?: Ipv6
      }
    | { readonly kind: 'none'; readonly code: ReasonCode }
  )

/** What is to be said to a client, before it is written as a packet. */
export type Dhcp6Answer = Changes6 & { readonly why: Reason } & (
    | { readonly kind: 'none' }
    | {
        readonly kind: 'advertise' | 'reply'
        /** Identity associations and states. */
        readonly options: readonly Dhcp6Option[]
        /** Given in them. */
        readonly address?: Ipv6
        /** Settings and boot go with it. */
        readonly settings: boolean
        /** The lease holds without a REQUEST (RFC 8415 section 18.3.1). */
        readonly rapidCommit?: true
      }
  )

/** A packet with everything that was found out about it. */
export interface Case6 {
  readonly packet: Dhcp6Packet
  readonly arrival: Arrival6
  readonly asked: MessageName6
  /** Missing only in an INFORMATION-REQUEST. */
  readonly who?: Claimant6
  readonly network: NetworkWith6
  readonly client?: Client
  readonly host?: Host
  /** The host was never answered. */
  readonly appears?: true
  /** Only for clients that boot. */
  readonly answer?: Answer
  readonly deps: Dhcp6Deps
  /** Epoch milliseconds. */
  readonly now: number
}

/** A packet of a client that names itself. */
export interface NamedCase6 extends Case6 {
  readonly who: Claimant6
}

/** No reply, and why. */
export function silence6(why: Reason): Dhcp6Answer {
  return { kind: 'none', why }
}

/** A packet that is ignored, and why. */
export function ignored6(why: Reason, seen: PacketFacts6 = {}): Outcome6 {
  return { ...seen, kind: 'none', code: why.code, ...because(why) }
}
