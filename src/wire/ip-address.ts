import { formatIpv4, type Ipv4, parseIpv4 } from './address.ts'
import { type Ipv6, ipv6ToNumber, parseIpv6 } from './ipv6.ts'

/** An address of either family: a number is one of IPv4, a text one of IPv6. */
export type IpAddress = Ipv4 | Ipv6

export function formatIpAddress(address: IpAddress): string {
  return typeof address === 'number' ? formatIpv4(address) : address
}

/**
 * Reads an address of either family as a socket or a person writes it: the zone of a link-local one is left
 * out, and one of IPv4 in IPv6 (`::ffff:10.0.0.1`, RFC 4291 section 2.5.5.2) is the one of IPv4. Anything
 * else is `undefined`.
 */
export function parseIpAddress(text: string): IpAddress | undefined {
  const ipv4 = parseIpv4(text)
  if (ipv4 !== undefined) return ipv4
  const ipv6 = parseIpv6(text.replace(/%[^%]+$/, ''))
  return ipv6 === undefined ? undefined : (mappedIn(ipv6) ?? ipv6)
}

/** `::ffff:a00:1` as {@link parseIpv6} writes it. */
function mappedIn(address: Ipv6): Ipv4 | undefined {
  return address.startsWith('::ffff:') && address.split(':').length === 5
    ? (Number(ipv6ToNumber(address) & 0xffffffffn) as Ipv4)
    : undefined
}
