import { type Mac, macOfBytes, toHex } from './address.ts'
import { textOfBytes, textToBytes, u16ToBytes, u32ToBytes, uuidOfBytes } from './dhcp-values.ts'
import { option6 } from './dhcp6-codes.ts'
import { type Dhcp6Option, readOptions6, writeOptions6 } from './dhcp6-packet.ts'
import { WireError } from './error.ts'
import { type Ipv6, ipv6OfBytes, ipv6ToBytes } from './ipv6.ts'

/** An identity association for addresses (RFC 8415 section 21.4). Times are seconds. */
export interface IaNa {
  readonly iaid: number
  readonly t1: number
  readonly t2: number
  readonly options: readonly Dhcp6Option[]
}

/** An address of an identity association (RFC 8415 section 21.6). Times are seconds. */
export interface IaAddress {
  readonly address: Ipv6
  readonly preferred: number
  readonly valid: number
}

/** What a client calls itself (RFC 8415 section 11, RFC 6355), as far as it names a machine. */
export interface Duid {
  readonly kind: 'llt' | 'en' | 'll' | 'uuid' | 'other'
  /** A MAC of the machine, maybe of another card of it. */
  readonly mac?: Mac
  /** Canonical text, as in option 97 of DHCPv4. */
  readonly uuid?: string
}

const kinds = ['other', 'llt', 'en', 'll', 'uuid'] as const
/** Ethernet and IEEE 802. */
const ethernet: readonly number[] = [1, 6]

export function duidOfBytes(bytes: Uint8Array): Duid {
  const kind = kinds[(bytes[0] ?? 0) === 0 ? (bytes[1] ?? 0) : 0] ?? 'other'
  if (kind === 'uuid') {
    // Firmware and iPXE copy it from SMBIOS, as PXE does.
    const uuid =
      bytes.length === 18 ? uuidOfBytes(Uint8Array.of(0, ...bytes.subarray(2))) : undefined
    return { kind, ...(uuid === undefined ? {} : { uuid }) }
  }
  const at = kind === 'llt' ? 8 : kind === 'll' ? 4 : undefined
  const mac = at === undefined ? undefined : macIn(bytes, 2, at)
  return { kind, ...(mac === undefined ? {} : { mac }) }
}

/** The MAC in option 79 (RFC 6939 section 4), which a relay adds. */
export function macOfLinkLayer(value: Uint8Array): Mac | undefined {
  return macIn(value, 0, 2)
}

/** Throws WireError when it is cut short. */
export function iaNaOfBytes(value: Uint8Array): IaNa {
  if (value.length < 12) throw new WireError(`an IA_NA in ${value.length} bytes`)
  const view = viewOf(value)
  const options = readOptions6(value.subarray(12))
  return { iaid: view.getUint32(0), t1: view.getUint32(4), t2: view.getUint32(8), options }
}

export function iaNaToOption({ iaid, t1, t2, options }: IaNa): Dhcp6Option {
  const inner = writeOptions6(options)
  const value = new Uint8Array(12 + inner.length)
  putNumbers(value, 0, [iaid, t1, t2])
  value.set(inner, 12)
  return [option6.iaNa, value]
}

/** Throws WireError when it is cut short. */
export function iaAddressOfBytes(value: Uint8Array): IaAddress {
  if (value.length < 24) throw new WireError(`an address of an IA in ${value.length} bytes`)
  const view = viewOf(value)
  return { address: ipv6OfBytes(value), preferred: view.getUint32(16), valid: view.getUint32(20) }
}

export function iaAddressToOption({ address, preferred, valid }: IaAddress): Dhcp6Option {
  const value = new Uint8Array(24)
  value.set(ipv6ToBytes(address))
  putNumbers(value, 16, [preferred, valid])
  return [option6.iaAddress, value]
}

/** Big-endian, of four bytes each. */
function putNumbers(bytes: Uint8Array, at: number, numbers: readonly number[]): void {
  const view = viewOf(bytes)
  for (const [n, number] of numbers.entries()) view.setUint32(at + n * 4, number)
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}

/** A status code with what it means, for people. */
export function statusToOption(code: number, message: string): Dhcp6Option {
  return [option6.statusCode, Uint8Array.from([...u16ToBytes(code), ...textToBytes(message)])]
}

/** A vendor class with one text (RFC 8415 section 21.16), by the number of the enterprise at IANA. */
export function vendorClassToOption(enterprise: number, text: string): Dhcp6Option {
  const bytes = textToBytes(text)
  const head = [...u32ToBytes(enterprise), ...u16ToBytes(bytes.length)]
  return [option6.vendorClass, Uint8Array.from([...head, ...bytes])]
}

/** The texts of a list whose items have a length of two bytes each, up to one that runs past the end. */
export function lengthTextsOfBytes(bytes: Uint8Array): string[] {
  const texts: string[] = []
  let at = 0
  while (at + 2 <= bytes.length) {
    const end = at + 2 + (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0))
    if (end > bytes.length) break
    texts.push(textOfBytes(bytes.subarray(at + 2, end)))
    at = end
  }
  return texts
}

/** The DUID of a server of this UUID, in hex (RFC 6355). */
export function duidOfUuid(uuid: string): Uint8Array {
  const hex = uuid.replaceAll('-', '').match(/../g) ?? []
  return Uint8Array.from([0, 4, ...hex.map(pair => Number.parseInt(pair, 16))])
}

function macIn(bytes: Uint8Array, typeAt: number, at: number): Mac | undefined {
  const type = ((bytes[typeAt] ?? 0) << 8) | (bytes[typeAt + 1] ?? 0)
  const address = bytes.subarray(at)
  if (!ethernet.includes(type) || address.length !== 6 || ((address[0] ?? 1) & 1) === 1)
    return undefined
  return /^0+$/.test(toHex(address)) ? undefined : macOfBytes(address)
}
