import type { Client } from '../boot/client.ts'
import type { Answer } from '../boot/decide.ts'
import type { DhcpOption } from '../boot/host.ts'
import type { NetworkWith4 } from '../boot/network-address.ts'
import type { Ipv4 } from '../wire/address.ts'
import type { Arrival } from './network.ts'

/** What a reply gives besides the boot. */
export type Gift =
  /** An address, for the network's time or less, and the name of a host of the config. */
  | {
      readonly kind: 'lease'
      readonly address: Ipv4
      readonly hostName?: string
      readonly seconds?: number
    }
  /** The settings of the network, for a client that has its address from elsewhere (DHCPINFORM). */
  | { readonly kind: 'settings'; readonly hostName?: string }
  /** Nothing: somebody else's DHCP server does that. */
  | { readonly kind: 'proxy' }

/** Everything a reply says. */
export interface ReplyContent {
  readonly type: 'offer' | 'ack'
  readonly network: NetworkWith4
  readonly httpPort: number
  readonly gift: Gift
  /** The port that it is said from. */
  readonly via: Arrival['port']
  /** The lease holds without a REQUEST (RFC 4039). */
  readonly rapidCommit?: boolean
  readonly client?: Client
  readonly answer?: Answer
  /** Options of the host; they go before those of the network. */
  readonly options?: readonly DhcpOption[]
}

/** Options as a reply holds them. */
export type Options = [code: number, value: Uint8Array][]
