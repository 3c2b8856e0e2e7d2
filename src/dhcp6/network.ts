import { isOnOurLink6, type NetworkWith6 } from '../boot/network-address.ts'
import type { Reason } from '../boot/reason.ts'
import type { Mac } from '../wire/address.ts'
import type { Dhcp6Packet } from '../wire/dhcp6-packet.ts'
import { block6Contains, type Ipv6, isLinkLocal, unspecified6 } from '../wire/ipv6.ts'

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
  networks: readonly NetworkWith6[],
): NetworkChoice6 {
  const link = relays.findLast(
    relay => relay.link !== unspecified6 && !isLinkLocal(relay.link),
  )?.link
  if (link !== undefined) {
    const network = holding(link, networks)
    return network ? { kind: 'network', network } : none({ code: 'foreign-relay', relay: link })
  }
  const network = isLinkLocal(arrival.source)
    ? networks.find(one => one.interface === arrival.interface && isOnOurLink6(one.ipv6))
    : holding(arrival.source, networks)
  return network ? { kind: 'network', network } : none({ code: 'unclear-network' })
}

/** The smallest subnet that holds the address. */
function holding(address: Ipv6, networks: readonly NetworkWith6[]): NetworkWith6 | undefined {
  let smallest: NetworkWith6 | undefined
  for (const network of networks) {
    const { subnet } = network.ipv6
    if (smallest && subnet.prefix <= smallest.ipv6.subnet.prefix) continue
    if (block6Contains(subnet, address)) smallest = network
  }
  return smallest
}

function none(why: Reason): NetworkChoice6 {
  return { kind: 'none', why }
}
