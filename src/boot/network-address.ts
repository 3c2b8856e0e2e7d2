import { type Ipv4, subnetContains } from '../wire/address.ts'
import type { IpAddress } from '../wire/ip-address.ts'
import { block6Contains, loopback6 } from '../wire/ipv6.ts'
import type { Network, Network6 } from './host.ts'

type Subnets = Pick<Network, 'subnet' | 'ipv6'>

/** A network that has IPv4. */
export type NetworkWith4 = Network & Required<Pick<Network, 'subnet' | 'serverAddress'>>

export function hasIpv4(network: Network): network is NetworkWith4 {
  return network.subnet !== undefined && network.serverAddress !== undefined
}

/** A network that has IPv6. */
export type NetworkWith6 = Network & { readonly ipv6: Network6 }

export function hasIpv6(network: Network): network is NetworkWith6 {
  return network.ipv6 !== undefined && network.ipv6.mode !== 'none'
}

/** Whether an address of either family lies in a network. */
export function isInNetwork({ subnet, ipv6 }: Subnets, address: IpAddress): boolean {
  if (typeof address === 'number') return subnet !== undefined && subnetContains(subnet, address)
  return ipv6 !== undefined && block6Contains(ipv6.subnet, address)
}

/** Whether the machines of a network are, by IPv6, on a link of ours; the others reach us through a relay. */
export function isOnOurLink6({
  subnet,
  serverAddress,
}: Pick<Network6, 'subnet' | 'serverAddress'>): boolean {
  return block6Contains(subnet, serverAddress)
}

/** Where whoever has an address reaches us, in its own family. Without one of ours there: on loopback. */
export function serverAddressFor(network: Network | undefined, address: IpAddress): IpAddress {
  if (typeof address === 'number') return network?.serverAddress ?? loopback
  return network?.ipv6?.serverAddress ?? loopback6
}

/** Where the machines of a network reach us: by IPv4 and by IPv6, as far as it has them. */
export function serverAddressesOf({ serverAddress, ipv6 }: Network): readonly IpAddress[] {
  return [serverAddress, ipv6?.serverAddress].flatMap(address => address ?? [])
}

/** 127.0.0.1. */
const loopback = 0x7f000001 as Ipv4
