import type { NetworkWith4 } from '../boot/network-address.ts'
import type { Reason } from '../boot/reason.ts'
import { formatIpv4, type Ipv4, subnetContains } from '../wire/address.ts'
import { option } from '../wire/dhcp-codes.ts'
import type { DhcpPacket } from '../wire/dhcp-packet.ts'
import { addressOfBytes } from '../wire/dhcp-values.ts'
import { linkSelectionOf } from './relay.ts'

/** How a packet came to us. */
export interface Arrival {
  /** The network of the socket, where there is only one that it can be. */
  readonly network?: NetworkWith4
  /** By broadcast, and so from a machine (or relay) on a link of ours. */
  readonly broadcast: boolean
  /** Port 67, or PXE's 4011. */
  readonly port: 'dhcp' | 'proxy'
  readonly source: Endpoint
  /** The port that DHCP is served on: 67, or a high one in tests. */
  readonly serverPort: number
}

export interface Endpoint {
  readonly address: Ipv4
  readonly port: number
}

export type NetworkChoice =
  | { readonly kind: 'network'; readonly network: NetworkWith4 }
  | { readonly kind: 'none'; readonly why: Reason }

/**
 * The network that a client is in. A relay says so by `giaddr` (RFC 2131 section 4.3.1), unless it
 * selects another link (RFC 3527) or its client another subnet (RFC 3011). A broadcast was heard on its
 * own link. What came by unicast is from a machine that knows its address, maybe from behind a relay.
 * Throws WireError on a malformed option.
 */
export function networkOfPacket(
  packet: DhcpPacket,
  arrival: Arrival,
  networks: readonly NetworkWith4[],
): NetworkChoice {
  if (packet.giaddr !== 0) return networkBehind(packet, networks)
  if (arrival.network && arrival.broadcast) return { kind: 'network', network: arrival.network }

  const own = packet.ciaddr !== 0 ? packet.ciaddr : arrival.source.address
  const network = networkHolding(own, networks) ?? arrival.network
  return network ? { kind: 'network', network } : none({ code: 'unclear-network' })
}

/** A relay outside our networks gets no reply, whatever it asks for: it could be anybody's address. */
function networkBehind(packet: DhcpPacket, networks: readonly NetworkWith4[]): NetworkChoice {
  const relay = formatIpv4(packet.giaddr)
  const around = networkHolding(packet.giaddr, networks)
  if (!around) return none({ code: 'foreign-relay', relay })
  const selected = linkSelectionOf(packet) ?? subnetSelectionOf(packet)
  if (selected === undefined) return { kind: 'network', network: around }
  const network = networkHolding(selected, networks)
  if (network) return { kind: 'network', network }
  return none({ code: 'foreign-relay', relay, link: formatIpv4(selected) })
}

function subnetSelectionOf({ options }: DhcpPacket): Ipv4 | undefined {
  const value = options.get(option.subnetSelection)
  return value && addressOfBytes(value)
}

/** The smallest subnet that holds the address. */
function networkHolding(
  address: Ipv4,
  networks: readonly NetworkWith4[],
): NetworkWith4 | undefined {
  let smallest: NetworkWith4 | undefined
  for (const network of networks) {
    if (!subnetContains(network.subnet, address)) continue
    if (!smallest || network.subnet.prefix > smallest.subnet.prefix) smallest = network
  }
  return smallest
}

function none(why: Reason): NetworkChoice {
  return { kind: 'none', why }
}
