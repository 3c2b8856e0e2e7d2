import { type Mac, macOfBytes, parseIpv4 } from './address.ts'
import { WireError } from './error.ts'

/** An IPv6 address in its one canonical spelling (RFC 5952): what is equal is the same text. */
export type Ipv6 = string & { readonly __brand: 'Ipv6' }

/** Its eight groups of 16 bits, in network order. */
type Groups6 = readonly number[]

/** Addresses from one to another, both of them in it, read from text once and not for each packet. */
export interface Block6 {
  readonly first: Groups6
  readonly last: Groups6
}

/** A block of IPv6 addresses: the lowest address and the prefix length, 0 to 128. */
export interface Subnet6 extends Block6 {
  readonly base: Ipv6
  readonly prefix: number
}

/** First and last address of a range; both belong to it. */
export interface AddressRange6 extends Block6 {
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
  const groups: number[] = []
  for (let n = at; n < at + 16; n += 2) groups.push(((bytes[n] ?? 0) << 8) | (bytes[n + 1] ?? 0))
  return written(groups)
}

export function ipv6ToBytes(address: Ipv6): Uint8Array {
  const bytes = new Uint8Array(16)
  for (const [n, group] of (groupsOf(address) ?? []).entries()) {
    bytes[n * 2] = group >>> 8
    bytes[n * 2 + 1] = group
  }
  return bytes
}

/** The address as a number, to reckon with. */
export function ipv6ToNumber(address: Ipv6): bigint {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groupsOf(address) ?? []
  // As many groups at once as a number holds without loss.
  return (
    (BigInt((a * unit + b) * unit + c) << 80n) |
    (BigInt((d * unit + e) * unit + f) << 32n) |
    BigInt(g * unit + h)
  )
}

/** What a group counts to. */
const unit = 0x10000

/** Reads `2001:db8::/64`; host bits are cleared. Anything else is `undefined`. */
export function parseSubnet6(text: string): Subnet6 | undefined {
  const [address = '', prefix = '', ...rest] = text.split('/')
  const base = parseIpv6(address)
  if (base === undefined || rest.length > 0 || !/^\d{1,3}$/.test(prefix)) return undefined
  return Number(prefix) > 128 ? undefined : subnet6Of(base, Number(prefix))
}

/** The subnet that an address with this prefix length lies in. */
export function subnet6Of(address: Ipv6, prefix: number): Subnet6 {
  const groups = groupsOf(address) ?? []
  const hosts = groups.map((_, n) => 0xffff >>> Math.min(16, Math.max(0, prefix - n * 16)))
  const first = groups.map((group, n) => group & ~(hosts[n] ?? 0))
  const last = groups.map((group, n) => group | (hosts[n] ?? 0))
  return { base: written(first), prefix, first, last }
}

export function formatSubnet6({ base, prefix }: Subnet6): string {
  return `${base}/${prefix}`
}

/** Reads `2001:db8::100-2001:db8::1ff`; the first must not lie above the second. Anything else is `undefined`. */
export function parseRange6(text: string): AddressRange6 | undefined {
  const [from = '', to = '', ...rest] = text.split('-').map(part => part.trim())
  const [first, last] = [groupsOf(from), groupsOf(to)]
  if (!first || !last || rest.length > 0 || compare(first, last) > 0) return undefined
  return { from: written(first), to: written(last), first, last }
}

/** Whether an address lies in a subnet or range. */
export function block6Contains({ first, last }: Block6, address: Ipv6): boolean {
  const groups = groupsOf(address) ?? []
  return compare(groups, first) >= 0 && compare(groups, last) <= 0
}

/** Below 0 where the first of the two lies lower. */
function compare(a: Groups6, b: Groups6): number {
  for (let n = 0; n < 8; n++) {
    const difference = (a[n] ?? 0) - (b[n] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** The reverse of {@link ipv6ToNumber}, of the lowest 128 bits. */
export function ipv6OfNumber(number: bigint): Ipv6 {
  const high = Number(BigInt.asUintN(48, number >> 80n))
  const middle = Number(BigInt.asUintN(48, number >> 32n))
  const low = Number(BigInt.asUintN(32, number))
  return written([...threeGroups(high), ...threeGroups(middle), low >>> 16, low & 0xffff])
}

function threeGroups(bits48: number): Groups6 {
  const low = bits48 % (unit * unit)
  return [Math.floor(bits48 / (unit * unit)), low >>> 16, low & 0xffff]
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

/**
 * The eight groups of an address; `undefined` for what is none. Digit by digit: it is done for each packet,
 * some times.
 */
function groupsOf(text: string): Groups6 | undefined {
  const groups: number[] = []
  // How many groups stand before `::`.
  let gap = text.startsWith('::') ? 0 : -1
  let at = gap === 0 ? 2 : 0
  while (at < text.length) {
    const begin = at
    let group = 0
    for (let digit = digitAt(text, at); digit >= 0; digit = digitAt(text, at)) {
      group = group * 16 + digit
      at += 1
    }
    if (text[at] === '.') {
      const quad = parseIpv4(text.slice(begin))
      if (quad === undefined) return undefined
      groups.push(quad >>> 16, quad & 0xffff)
      break
    }
    if (at === begin || at - begin > 4 || groups.length === 8) return undefined
    groups.push(group)
    if (at === text.length) break
    if (text[at] !== ':') return undefined
    at += 1
    if (text[at] === ':') {
      if (gap >= 0) return undefined
      gap = groups.length
      at += 1
    } else if (at === text.length) return undefined
  }
  return filled(groups, gap)
}

/** `::` stands for one group of zeros or more. */
function filled(groups: readonly number[], gap: number): Groups6 | undefined {
  if (gap < 0) return groups.length === 8 ? groups : undefined
  if (groups.length > 7) return undefined
  return [...groups.slice(0, gap), ...zeros.slice(groups.length), ...groups.slice(gap)]
}

const zeros: Groups6 = [0, 0, 0, 0, 0, 0, 0, 0]

/** The hex digit there, or a number below 0. */
function digitAt(text: string, at: number): number {
  const code = text.charCodeAt(at)
  if (code >= 48 && code <= 57) return code - 48
  const letter = code | 0x20
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}

/** RFC 5952 section 4: lower case, no leading zeros, the first of the longest runs of zeros as `::`. */
function written(groups: Groups6): Ipv6 {
  let start = -1
  let length = 1
  for (let at = 0; at < 8; at++) {
    let end = at
    while (end < 8 && groups[end] === 0) end++
    if (end - at > length) {
      start = at
      length = end - at
    }
    at = Math.max(at, end - 1)
  }
  let text = ''
  for (let at = 0; at < 8; at++) {
    if (at === start) {
      text += '::'
      at += length - 1
    } else {
      if (at > 0 && at !== start + length) text += ':'
      text += (groups[at] ?? 0).toString(16)
    }
  }
  return text as Ipv6
}
