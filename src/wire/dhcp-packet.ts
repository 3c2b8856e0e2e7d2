import { type Ipv4, ipv4OfBytes } from './address.ts'
import { type MessageName, messageNameOf, option } from './dhcp-codes.ts'
import { type DhcpOptions, readOptions, sizeOfOptions, writeOptions } from './dhcp-options.ts'
import { textOfBytes, textToBytes, u8OfBytes } from './dhcp-values.ts'
import { WireError } from './error.ts'

/** A DHCP message (RFC 2131 section 2), independent of the bytes it was read from. */
export interface DhcpPacket {
  /** 1 from clients, 2 from servers. */
  readonly op: number
  readonly htype: number
  readonly hlen: number
  readonly hops: number
  readonly xid: number
  readonly secs: number
  readonly flags: number
  readonly ciaddr: Ipv4
  readonly yiaddr: Ipv4
  readonly siaddr: Ipv4
  readonly giaddr: Ipv4
  /** All 16 bytes; the first `hlen` count, none of a longer address. */
  readonly chaddr: Uint8Array
  /** Empty when options were laid over the field (option 52). */
  readonly sname: string
  readonly file: string
  readonly options: DhcpOptions
  /** What is wrong with the options; those before are here, and others may be missing. */
  readonly damage?: string
}

/**
 * Type of hardware whose addresses have 20 bytes, which is more than the field holds: RFC 4390 says 0 for that,
 * and some clients say 20 all the same.
 */
export const infiniBand = 32

export const broadcastFlag = 0x8000

/** What every client must take (RFC 2131 section 2): an IP datagram of 576 bytes. */
export const smallestMaximum = 548

const cookie = 0x63825363
const optionsAt = 240
const smallestPacket = 300

/**
 * Reads a DHCP message. Options laid over `file` and `sname` are read after the options field (RFC 2132
 * section 9.3). Throws WireError when the header is cut short, or it is not DHCP.
 */
export function decodeDhcp(datagram: Uint8Array): DhcpPacket {
  if (datagram.length < optionsAt)
    throw new WireError(`${datagram.length} bytes are no DHCP packet`)
  const bytes = new Uint8Array(datagram)
  const view = new DataView(bytes.buffer)
  if (view.getUint32(236) !== cookie) throw new WireError('no DHCP cookie')
  const hlen = view.getUint8(2)
  if (hlen > 16 && !(hlen === 20 && view.getUint8(1) === infiniBand))
    throw new WireError(`a hardware address of ${hlen} bytes`)

  const options: DhcpOptions = new Map()
  let damage = readOptions(bytes.subarray(optionsAt), options)
  const overload = readOverload(options)
  if (overload & 1) damage = readOptions(bytes.subarray(108, 236), options) ?? damage
  if (overload & 2) damage = readOptions(bytes.subarray(44, 108), options) ?? damage
  return {
    op: view.getUint8(0),
    htype: view.getUint8(1),
    hlen,
    hops: view.getUint8(3),
    xid: view.getUint32(4),
    secs: view.getUint16(8),
    flags: view.getUint16(10),
    ciaddr: ipv4OfBytes(bytes, 12),
    yiaddr: ipv4OfBytes(bytes, 16),
    siaddr: ipv4OfBytes(bytes, 20),
    giaddr: ipv4OfBytes(bytes, 24),
    chaddr: bytes.subarray(28, 44),
    sname: overload & 2 ? '' : cString(bytes.subarray(44, 108)),
    file: overload & 1 ? '' : cString(bytes.subarray(108, 236)),
    options,
    ...(damage === undefined ? {} : { damage }),
  }
}

/**
 * Writes a DHCP message of 300 to `max` bytes: option 53 first, 54 second, 82 last (RFC 3046 section
 * 2.1), the others in map order. What does not fit is left out, the least important first. Throws
 * WireError when `sname` or `file` is too long for its field.
 */
export function encodeDhcp(packet: DhcpPacket, { max = smallestMaximum } = {}): Uint8Array {
  const options = fitting(packet.options, max - optionsAt)
  const bytes = new Uint8Array(Math.max(smallestPacket, optionsAt + sizeOfOptions(options)))
  const view = new DataView(bytes.buffer)
  view.setUint8(0, packet.op)
  view.setUint8(1, packet.htype)
  view.setUint8(2, packet.hlen)
  view.setUint8(3, packet.hops)
  view.setUint32(4, packet.xid)
  view.setUint16(8, packet.secs)
  view.setUint16(10, packet.flags)
  view.setUint32(12, packet.ciaddr)
  view.setUint32(16, packet.yiaddr)
  view.setUint32(20, packet.siaddr)
  view.setUint32(24, packet.giaddr)
  bytes.set(packet.chaddr.subarray(0, 16), 28)
  if (packet.sname !== '') bytes.set(fieldOf('sname', packet.sname, 64), 44)
  if (packet.file !== '') bytes.set(fieldOf('file', packet.file, 128), 108)
  view.setUint32(236, cookie)
  writeOptions(options, inOrder(options), bytes, optionsAt)
  return bytes
}

/** The message type by name; `undefined` for BOOTP and for types RFC 2131 does not have. */
export function messageNameOfPacket(packet: DhcpPacket): MessageName | undefined {
  const value = packet.options.get(option.messageType)
  return value?.length === 1 ? messageNameOf(u8OfBytes(value)) : undefined
}

/** What a full packet keeps the longest, the first the longest of all; every other option goes before. */
const important: readonly number[] = [
  option.messageType,
  option.serverId,
  option.rapidCommit,
  option.leaseTime,
  option.subnetMask,
  option.vendorClass,
  option.vendorSpecific,
  option.bootFile,
  option.router,
  option.tftpServer,
  option.clientUuid,
  option.clientId,
  option.relayAgent,
]

const first: readonly number[] = [option.messageType, option.serverId]
const last: readonly number[] = [option.relayAgent]

function inOrder(options: DhcpOptions): number[] {
  const codes = first.filter(code => options.has(code))
  for (const code of options.keys()) {
    if (!first.includes(code) && !last.includes(code)) codes.push(code)
  }
  for (const code of last) if (options.has(code)) codes.push(code)
  return codes
}

function fitting(options: DhcpOptions, room: number): DhcpOptions {
  if (sizeOfOptions(options) <= room) return options
  const kept = new Map(options)
  for (const code of leastImportantFirst(options)) {
    kept.delete(code)
    if (sizeOfOptions(kept) <= room) break
  }
  return kept
}

function leastImportantFirst(options: DhcpOptions): number[] {
  const others = inOrder(options).filter(code => !important.includes(code))
  return [...important, ...others].reverse()
}

function readOverload(options: DhcpOptions): number {
  const value = options.get(option.overload)
  return value?.length === 1 ? u8OfBytes(value) : 0
}

function cString(field: Uint8Array): string {
  const end = field.indexOf(0)
  if (end === 0) return ''
  return textOfBytes(end < 0 ? field : field.subarray(0, end))
}

function fieldOf(name: string, text: string, size: number): Uint8Array {
  const bytes = textToBytes(text)
  if (bytes.length >= size)
    throw new WireError(`${name} holds ${size - 1} bytes, not ${bytes.length}`)
  return bytes
}
