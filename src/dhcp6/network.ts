import type { Network, Network6 } from '../boot/host.ts'
import { isOnOurLink6 } from '../boot/network-address.ts'
import type { Reason } from '../boot/reason.ts'
import type { Mac } from '../wire/address.ts'
import type { Dhcp6Packet } from '../wire/dhcp6-packet.ts'
import { type Ipv6, isLinkLocal, subnet6Contains, unspecified6 } from '../wire/ipv6.ts'

/** How a DHCPv6 packet came to us. */
export interface Arrival6 {
  readonly source: Ipv6
  readonly port: number
  /** By which interface, where that is known: a link-local source has it as its zone. */
  readonly interface?: string
  /** By port 4011, on which EDK2 asks those for a boot file that gave it no address. */
  readonly isProxyPort?: true
  /** Whose MAC the kernel has for a source on our own link. */
  readonly neighbour?: Mac
}

/** A network that has IPv6. */
export type NetworkWith6 = Network & { readonly ipv6: Network6 }

export type NetworkChoice6 =
  | { readonly kind: 'network'; readonly network: NetworkWith6 }
  | { readonly kind: 'none'; readonly why: Reason }

/**
 * The network that a client is in: where a relay says its link is, the one nearest the client first (RFC
 * 8415 section 13.1), else the one of the interface that it was heard by.
 */
export function networkOfPacket6(
  { relays }: Pick<Dhcp6Packet, 'relays'>,
  arrival: Arrival6,
  networks: readonly Network[],
): NetworkChoice6 {
  const served = networks.filter(hasIpv6)
  const link = relays.findLast(
    relay => relay.link !== unspecified6 && !isLinkLocal(relay.link),
  )?.link
  if (link !== undefined) {
    const network = holding(link, served)
    return network ? { kind: 'network', network } : none({ code: 'foreign-relay', relay: link })
  }
  const network = isLinkLocal(arrival.source)
    ? served.find(one => one.interface === arrival.interface && isOnOurLink6(one.ipv6))
    : holding(arrival.source, served)
  return network ? { kind: 'network', network } : none({ code: 'unclear-network' })
}

export function hasIpv6(network: Network): network is NetworkWith6 {
  return network.ipv6 !== undefined && network.ipv6.mode !== 'none'
}

function holding(address: Ipv6, networks: readonly NetworkWith6[]): NetworkWith6 | undefined {
  const around = networks.filter(({ ipv6 }) => subnet6Contains(ipv6.subnet, address))
  return around.toSorted((a, b) => b.ipv6.subnet.prefix - a.ipv6.subnet.prefix)[0]
}

function none(why: Reason): NetworkChoice6 {
  return { kind: 'none', why }
}
