import type { Client } from '../boot/client.ts'
import type { Answer, KnownHost, Site } from '../boot/decide.ts'
import type { DhcpOption, Host, Network } from '../boot/host.ts'
import type { Lease } from '../boot/lease.ts'
import type { Ipv4, Mac } from '../wire/address.ts'
import type { AddressSet } from '../wire/address-set.ts'
import type { MessageName } from '../wire/dhcp-codes.ts'
import type { DhcpPacket } from '../wire/dhcp-packet.ts'
import type { LeaseBook, Offers } from './lease.ts'
import type { Arrival, Endpoint } from './network.ts'
import { serverIdOverrideOf } from './relay.ts'

/** What the DHCP door asks of the rest of the program. */
export interface DhcpDeps {
  networks(): readonly Network[]
  host(
    mac: Mac,
    client: Client | undefined,
    network: Network,
  ): { readonly host: Host; readonly known: KnownHost } | undefined
  site(network: Network): Site
  /** The MACs that an address is reserved for, if it is. */
  readonly reservedFor: (address: Ipv4) => readonly Mac[] | undefined
  /** All those addresses, so that a search passes over them at once. */
  reserved?(): AddressSet
  readonly leases: LeaseBook
  readonly offers: Offers
  readonly httpPort: number
}

/** What is known of a packet as soon as it is known, for the log and the timeline. */
export interface Seen {
  readonly asked?: MessageName
  readonly mac?: Mac
  readonly network?: Network
  readonly client?: Client
  readonly host?: Host
  readonly answer?: Answer
}

/** What comes of a packet. `lease` must be on disk before the reply leaves. */
export type Outcome = Seen & { readonly lease?: Lease; readonly reason: string } & (
    | {
        readonly kind: 'reply'
        readonly network: Network
        readonly reply: DhcpPacket
        readonly to: Endpoint
        /** The port to send from: 67 or 4011. */
        readonly via: Arrival['port']
        /** With an offer: the lease that would begin by taking it now. */
        readonly offered?: Lease
      }
    | { readonly kind: 'none' }
  )

/** A packet with everything that was found out about it: what both modes work on. */
export interface Case {
  readonly packet: DhcpPacket
  readonly arrival: Arrival
  readonly asked: MessageName
  readonly mac: Mac
  readonly network: Network
  readonly client?: Client
  readonly host?: Host
  /** Only for clients that boot. */
  readonly answer?: Answer
  /** Options of the host, or of the profile that a stranger boots. */
  readonly options?: readonly DhcpOption[]
  readonly deps: DhcpDeps
  /** Epoch milliseconds. */
  readonly now: number
}

/** No reply, and why. A lease that ends by the packet goes with it. */
export function silence(from: Case, reason: string, lease?: Lease): Outcome {
  return { kind: 'none', ...seenOf(from), reason, ...(lease ? { lease } : {}) }
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
