import { WireError } from './error.ts'

/** A hardware address in its one canonical form: `aa:bb:cc:dd:ee:ff`. */
export type Mac = string & { readonly __brand: 'Mac' }

/** An IPv4 address as an unsigned 32-bit number in network order, 0 to 2^32 - 1. */
export type Ipv4 = number & { readonly __brand: 'Ipv4' }

/** A block of addresses: the lowest address and the prefix length, 0 to 32. */
export interface Subnet {
  readonly base: Ipv4
  readonly prefix: number
}

/** First and last address of a range; both belong to it. */
export interface AddressRange {
  readonly from: Ipv4
  readonly to: Ipv4
}

export const unspecified = 0 as Ipv4
export const limitedBroadcast = 0xffffffff as Ipv4

const macSpelling =
  /^(?:[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}|[0-9a-f]{12}|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2})$/i

/**
 * Reads a MAC address in any common spelling: `aa:bb:…`, `aa-bb-…`, `aabb.ccdd.eeff`, `aabbccddeeff`,
 * upper or lower case. Anything else is `undefined`.
 */
export function parseMac(text: string): Mac | undefined {
  if (!macSpelling.test(text)) return undefined
  const digits = text.replace(/[^0-9a-f]/gi, '').toLowerCase()
  return macOfHex(digits)
}

/** The MAC of the first six bytes. */
export function macOfBytes(bytes: Uint8Array): Mac {
  if (bytes.length < 6) throw new WireError(`a MAC has 6 bytes, not ${bytes.length}`)
  const pair = (at: number) => hexOf(bytes[at] ?? 0)
  return `${pair(0)}:${pair(1)}:${pair(2)}:${pair(3)}:${pair(4)}:${pair(5)}` as Mac
}

export function macToBytes(mac: Mac): Uint8Array {
  return Uint8Array.from(mac.split(':'), pair => Number.parseInt(pair, 16))
}

/** `aa-bb-cc-dd-ee-ff`: the form iPXE calls hexhyp and PXELINUX puts behind `01-`. */
export function macWithHyphens(mac: Mac): string {
  return mac.replaceAll(':', '-')
}

/**
 * Reads a dotted quad without leading zeros; anything else is `undefined`. Digit by digit: it is done
 * for the source of every packet.
 */
export function parseIpv4(text: string): Ipv4 | undefined {
  let value = 0
  let dots = 0
  let part: number | undefined
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - zero
    if (digit === dot - zero && part !== undefined && dots < 3) {
      value = value * 256 + part
      dots += 1
      part = undefined
    } else {
      if (digit < 0 || digit > 9 || part === 0) return undefined
      part = (part ?? 0) * 10 + digit
      if (part > 255) return undefined
    }
  }
  return dots === 3 && part !== undefined ? ((value * 256 + part) as Ipv4) : undefined
}

const zero = 48
const dot = 46

export function formatIpv4(address: Ipv4): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`
}

export function ipv4OfBytes(bytes: Uint8Array, at = 0): Ipv4 {
  const last = bytes[at + 3]
  if (last === undefined) throw new WireError('an IPv4 address has 4 bytes')
  // Zero is never taken: with a fourth byte there are the three before it.
  const [a, b, c] = [bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0]
  return (((a << 24) | (b << 16) | (c << 8) | last) >>> 0) as Ipv4
}

export function ipv4ToBytes(address: Ipv4): Uint8Array {
  return Uint8Array.of(address >>> 24, address >>> 16, address >>> 8, address)
}

/** Reads `10.77.0.0/24`; host bits are cleared. Anything else is `undefined`. */
export function parseSubnet(text: string): Subnet | undefined {
  const [address = '', prefix = '', ...rest] = text.split('/')
  const base = parseIpv4(address)
  if (base === undefined || rest.length > 0 || !/^\d{1,2}$/.test(prefix)) return undefined
  if (Number(prefix) > 32) return undefined
  return subnetOf(base, Number(prefix))
}

/** The subnet that an address with this prefix length lies in. */
export function subnetOf(address: Ipv4, prefix: number): Subnet {
  return { base: ((address & maskBits(prefix)) >>> 0) as Ipv4, prefix }
}

export function formatSubnet({ base, prefix }: Subnet): string {
  return `${formatIpv4(base)}/${prefix}`
}

export function subnetMask({ prefix }: Subnet): Ipv4 {
  return (maskBits(prefix) >>> 0) as Ipv4
}

export function subnetBroadcast({ base, prefix }: Subnet): Ipv4 {
  return ((base | ~maskBits(prefix)) >>> 0) as Ipv4
}

export function subnetContains(subnet: Subnet, address: Ipv4): boolean {
  return (address & maskBits(subnet.prefix)) >>> 0 === subnet.base
}

/** Reads `10.0.0.5-10.0.0.9`; the first must not lie above the second. Anything else is `undefined`. */
export function parseRange(text: string): AddressRange | undefined {
  const [first = '', last = '', ...rest] = text.split('-').map(part => part.trim())
  const from = parseIpv4(first)
  const to = parseIpv4(last)
  if (from === undefined || to === undefined || rest.length > 0 || from > to) return undefined
  return { from, to }
}

/** Lower-case hex without separators. */
export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += hexOf(byte)
  return text
}

const everyPair = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** The same with a space between bytes. */
export function hexPairs(bytes: Uint8Array): string {
  return toHex(bytes).replace(/..(?=.)/g, '$& ')
}

function hexOf(byte: number): string {
  return everyPair[byte] ?? ''
}

function macOfHex(digits: string): Mac {
  return (digits.match(/../g)?.join(':') ?? '') as Mac
}

function maskBits(prefix: number): number {
  return prefix === 0 ? 0 : -1 << (32 - prefix)
}
