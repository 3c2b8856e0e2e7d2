import { formatIpv4, type Ipv4 } from './address.ts'
import type { Ipv6 } from './ipv6.ts'

/** An address of either family: a number is one of IPv4, a text one of IPv6. */
export type IpAddress = Ipv4 | Ipv6

export function formatIpAddress(address: IpAddress): string {
  return typeof address === 'number' ? formatIpv4(address) : address
}
