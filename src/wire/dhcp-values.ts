import { type Ipv4, ipv4OfBytes, ipv4ToBytes, toHex } from './address.ts'
import { WireError } from './error.ts'

const decoder = new TextDecoder()
const encoder = new TextEncoder()

/** An option that holds one address. Throws WireError unless it has 4 bytes. */
export function addressOfBytes(bytes: Uint8Array): Ipv4 {
  needLength(bytes, 4)
  return ipv4OfBytes(bytes)
}

/** An option that holds addresses, such as 3 and 6. Throws WireError unless it has 4 bytes for each. */
export function addressesOfBytes(bytes: Uint8Array): Ipv4[] {
  if (bytes.length % 4 !== 0) throw new WireError(`addresses in ${bytes.length} bytes`)
  return Array.from({ length: bytes.length / 4 }, (_, n) => ipv4OfBytes(bytes, n * 4))
}

/** Addresses one behind the other, 4 bytes each. */
export function addressesToBytes(addresses: readonly Ipv4[]): Uint8Array {
  return Uint8Array.from(addresses.flatMap(address => [...ipv4ToBytes(address)]))
}

/** Text without its trailing NULs, which RFC 2132 section 2 tells receivers to expect. */
export function textOfBytes(bytes: Uint8Array): string {
  let length = bytes.length
  while (length > 0 && bytes[length - 1] === 0) length--
  return decoder.decode(bytes.subarray(0, length))
}

/** Text as UTF-8 without a terminator. */
export function textToBytes(text: string): Uint8Array {
  return encoder.encode(text)
}

/** Text with a NUL behind it: old PXE ROMs read on into the next option without one. */
export function terminatedTextToBytes(text: string): Uint8Array {
  return encoder.encode(`${text}\0`)
}

/** Throws WireError unless there is exactly 1 byte. */
export function u8OfBytes(bytes: Uint8Array): number {
  needLength(bytes, 1)
  return bytes[0] ?? 0
}

/** Big-endian. Throws WireError unless there are exactly 2 bytes. */
export function u16OfBytes(bytes: Uint8Array): number {
  needLength(bytes, 2)
  return u16At(bytes, 0)
}

/** Big-endian. Throws WireError unless there are exactly 4 bytes. */
export function u32OfBytes(bytes: Uint8Array): number {
  return addressOfBytes(bytes)
}

/** Two bytes, big-endian; higher bits are dropped. */
export function u16ToBytes(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value)
}

/** Four bytes, big-endian. */
export function u32ToBytes(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)
}

export function isSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}

/** The list of option 93. An odd byte at the end is left out. */
export function u16ListOfBytes(bytes: Uint8Array): number[] {
  return Array.from({ length: bytes.length >>> 1 }, (_, n) => u16At(bytes, n * 2))
}

/**
 * Canonical lower-case text of option 97: a type byte of 0 and a UUID whose first three fields are
 * little-endian (RFC 4578 section 2.3). `undefined` for any other length or type, and for the UUIDs of
 * only 00 or only ff that boards without one report.
 */
export function uuidOfBytes(bytes: Uint8Array): string | undefined {
  if (bytes.length !== 17 || bytes[0] !== 0) return undefined
  const hex = toHex(uuidOrder.map(at => bytes[at] ?? 0))
  if (/^(?:0+|f+)$/.test(hex)) return undefined
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** Where in option 97 the n-th byte of the canonical text stands. */
const uuidOrder = Uint8Array.of(4, 3, 2, 1, 6, 5, 8, 7, 9, 10, 11, 12, 13, 14, 15, 16)

/** The classes of option 77: the list of RFC 3004, or the one raw text that iPXE sends. */
export function userClassesOfBytes(bytes: Uint8Array): string[] {
  const classes: string[] = []
  let at = 0
  while (at < bytes.length) {
    const length = bytes[at] ?? 0
    if (length === 0 || at + 1 + length > bytes.length) return [textOfBytes(bytes)]
    classes.push(textOfBytes(bytes.subarray(at + 1, at + 1 + length)))
    at += 1 + length
  }
  return classes
}

function u16At(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}

function needLength(bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) {
    throw new WireError(`a value has ${bytes.length} bytes where ${length} are right`)
  }
}
