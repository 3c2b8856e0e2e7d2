import type { NetworkWith4 } from '../boot/network-address.ts'
import { type Ipv4, subnetContains, unspecified } from '../wire/address.ts'

/**
 * Whether the machines of a network are on a link of ours: its subnet holds our own address there. The
 * others reach us through a relay.
 */
export function isOnOurLink({ subnet, serverAddress }: NetworkWith4): boolean {
  return subnetContains(subnet, serverAddress)
}

/** Nobody but this machine is there, and there is no ARP. */
export function isLoopback({ serverAddress }: NetworkWith4): boolean {
  return serverAddress >>> 24 === 127
}

/** The one network that a packet can be for, given what is known of its way; `undefined` for several. */
export function onlyNetwork(
  networks: readonly NetworkWith4[],
  fits: (network: NetworkWith4) => boolean,
): NetworkWith4 | undefined {
  const possible = networks.filter(network => network.mode !== 'none' && fits(network))
  return possible.length === 1 ? possible[0] : undefined
}

/**
 * A socket on 0.0.0.0 does not tell broadcasts from what was sent to our address. From its own link both
 * count as a broadcast: taken for a unicast, a request that goes to all servers could get a NAK from us.
 */
export function wasBroadcast(network: NetworkWith4 | undefined, source: Ipv4): boolean {
  return source === unspecified || (network !== undefined && subnetContains(network.subnet, source))
}
