import { type Mac, macOfBytes } from './address.ts'
import { WireError } from './error.ts'

/** An IPv6 address in its one canonical spelling (RFC 5952): what is equal is the same text. */
export type Ipv6 = string & { readonly __brand: 'Ipv6' }

/** A block of IPv6 addresses: the lowest address and the prefix length, 0 to 128. */
export interface Subnet6 {
  readonly base: Ipv6
  readonly prefix: number
}

/** First and last address of a range; both belong to it. */
export interface AddressRange6 {
  readonly from: Ipv6
  readonly to: Ipv6
}

export const unspecified6 = '::' as Ipv6
export const loopback6 = '::1' as Ipv6

/** Reads an IPv6 address without a zone, in any spelling; anything else is `undefined`. */
export function parseIpv6(text: string): Ipv6 | undefined {
  const groups = groupsOf(text)
  return groups && written(groups)
}

/** The address in 16 bytes from `at` on. Throws WireError when there are fewer. */
export function ipv6OfBytes(bytes: Uint8Array, at = 0): Ipv6 {
  if (bytes.length < at + 16) throw new WireError('an IPv6 address has 16 bytes')
  const group = (n: number) => ((bytes[at + n * 2] ?? 0) << 8) | (bytes[at + n * 2 + 1] ?? 0)
  return written([0, 1, 2, 3, 4, 5, 6, 7].map(group))
}

export function ipv6ToBytes(address: Ipv6): Uint8Array {
  const groups = groupsOf(address) ?? []
  return Uint8Array.from(groups.flatMap(group => [group >>> 8, group & 0xff]))
}

/** The address as a number, to reckon with. */
export function ipv6ToNumber(address: Ipv6): bigint {
  return (groupsOf(address) ?? []).reduce((sum, group) => (sum << 16n) | BigInt(group), 0n)
}

/** Reads `2001:db8::/64`; host bits are cleared. Anything else is `undefined`. */
export function parseSubnet6(text: string): Subnet6 | undefined {
  const [address = '', prefix = '', ...rest] = text.split('/')
  const base = parseIpv6(address)
  if (base === undefined || rest.length > 0 || !/^\d{1,3}$/.test(prefix)) return undefined
  return Number(prefix) > 128 ? undefined : subnet6Of(base, Number(prefix))
}

/** The subnet that an address with this prefix length lies in. */
export function subnet6Of(address: Ipv6, prefix: number): Subnet6 {
  const host = BigInt(128 - prefix)
  return { base: ipv6OfNumber((ipv6ToNumber(address) >> host) << host), prefix }
}

export function formatSubnet6({ base, prefix }: Subnet6): string {
  return `${base}/${prefix}`
}

export function subnet6Contains({ base, prefix }: Subnet6, address: Ipv6): boolean {
  const host = BigInt(128 - prefix)
  return ipv6ToNumber(address) >> host === ipv6ToNumber(base) >> host
}

/** Reads `2001:db8::100-2001:db8::1ff`; the first must not lie above the second. Anything else is `undefined`. */
export function parseRange6(text: string): AddressRange6 | undefined {
  const [first = '', last = '', ...rest] = text.split('-').map(part => part.trim())
  const [from, to] = [parseIpv6(first), parseIpv6(last)]
  if (from === undefined || to === undefined || rest.length > 0) return undefined
  return ipv6ToNumber(from) > ipv6ToNumber(to) ? undefined : { from, to }
}

export function range6Contains({ from, to }: AddressRange6, address: Ipv6): boolean {
  const number = ipv6ToNumber(address)
  return number >= ipv6ToNumber(from) && number <= ipv6ToNumber(to)
}

/** The reverse of {@link ipv6ToNumber}, of the lowest 128 bits. */
export function ipv6OfNumber(number: bigint): Ipv6 {
  return written(
    Array.from({ length: 8 }, (_, n) => Number((number >> BigInt(112 - n * 16)) & 0xffffn)),
  )
}

/** Of one link only (RFC 4291 section 2.5.6): fe80::/10. */
export function isLinkLocal(address: Ipv6): boolean {
  return /^fe[89ab]/.test(address)
}

/**
 * The MAC that a link-local address was made of (modified EUI-64, RFC 4291 appendix A), as firmware and
 * iPXE make theirs; `undefined` where it was made of something else, as most systems do.
 */
export function macOfLinkLocal(address: Ipv6): Mac | undefined {
  if (!isLinkLocal(address)) return undefined
  const [a = 0, b = 0, c = 0, middle, end, d = 0, e = 0, f = 0] = ipv6ToBytes(address).subarray(8)
  if (middle !== 0xff || end !== 0xfe) return undefined
  // The bit of MACs that somebody made up is the other way round there.
  return (a & 1) === 1 ? undefined : macOfBytes(Uint8Array.of(a ^ 2, b, c, d, e, f))
}

/** The eight groups of an address; `undefined` for what is none. */
function groupsOf(text: string): number[] | undefined {
  const [head = '', tail, ...more] = text.split('::')
  const left = partsOf(head)
  if (!left || more.length > 0) return undefined
  if (tail === undefined) return left.length === 8 ? left : undefined
  const right = partsOf(tail)
  // `::` stands for one group or more.
  if (!right || left.length + right.length > 7 || /\./.test(head)) return undefined
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => 0)
  return [...left, ...zeros, ...right]
}

function partsOf(text: string): number[] | undefined {
  if (text === '') return []
  const parts = text.split(':')
  const groups = parts.flatMap((part, n) => {
    if (/^[0-9a-f]{1,4}$/i.test(part)) return [Number.parseInt(part, 16)]
    return (n === parts.length - 1 ? quad(part) : undefined) ?? [Number.NaN]
  })
  return groups.some(Number.isNaN) ? undefined : groups
}

/** The dotted end of an address, as two groups (RFC 4291 section 2.2). */
function quad(text: string): number[] | undefined {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return undefined
  const [a = 256, b = 256, c = 256, d = 256] = text.split('.').map(Number)
  return Math.max(a, b, c, d) > 255 ? undefined : [(a << 8) | b, (c << 8) | d]
}

/** RFC 5952 section 4: lower case, no leading zeros, the first of the longest runs of zeros as `::`. */
function written(groups: readonly number[]): Ipv6 {
  let [start, length] = [0, 0]
  for (let at = 0; at < 8; at++) {
    let end = at
    while (end < 8 && groups[end] === 0) end++
    if (end - at > length) [start, length] = [at, end - at]
    at = Math.max(at, end - 1)
  }
  const hex = groups.map(group => group.toString(16))
  if (length < 2) return hex.join(':') as Ipv6
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}` as Ipv6
}
