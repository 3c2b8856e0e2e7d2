import { option6, relayType } from './dhcp6-codes.ts'
import { WireError } from './error.ts'
import { type Ipv6, ipv6OfBytes, ipv6ToBytes } from './ipv6.ts'

/** An option: its code and raw value. Unlike those of DHCPv4 one may stand several times, and each counts. */
export type Dhcp6Option = readonly [code: number, value: Uint8Array]

/** A relay that the message came through, or is to go back through (RFC 8415 section 9). */
export interface Dhcp6Relay {
  readonly hops: number
  readonly link: Ipv6
  readonly peer: Ipv6
  /** All but the relayed message itself. */
  readonly options: readonly Dhcp6Option[]
}

/** A DHCPv6 message (RFC 8415 section 8), independent of the bytes it was read from. */
export interface Dhcp6Packet {
  readonly type: number
  /** 24 bits. */
  readonly xid: number
  readonly options: readonly Dhcp6Option[]
  /** The relays around it, ours first, the client's last. */
  readonly relays: readonly Dhcp6Relay[]
}

/** Type, hops and two addresses (RFC 8415 section 9). */
const relayHeadBytes = 34
/** RFC 8415 section 7.6, HOP_COUNT_LIMIT. */
const mostRelays = 8

/**
 * Reads a DHCPv6 message and the relays around it. Throws WireError when one is cut short, an option runs
 * past its end, or relays are nested deeper than the RFC allows.
 */
export function decodeDhcp6(datagram: Uint8Array): Dhcp6Packet {
  let bytes: Uint8Array = new Uint8Array(datagram)
  const relays: Dhcp6Relay[] = []
  while (isRelayed(bytes)) {
    if (relays.length === mostRelays) throw new WireError(`more than ${mostRelays} relays`)
    const { relay, inner } = readRelay(bytes)
    relays.push(relay)
    bytes = inner
  }
  const [type, a, b, c] = bytes
  if (type === undefined || a === undefined || b === undefined || c === undefined)
    throw new WireError(`${bytes.length} bytes are no DHCPv6 message`)
  return { type, xid: (a << 16) | (b << 8) | c, options: readOptions6(bytes.subarray(4)), relays }
}

/**
 * Writes a message, wrapped for its relays: as relay-forward where it is a client's, else as relay-reply
 * (RFC 8415 section 19.3).
 */
export function encodeDhcp6({ type, xid, options, relays }: Dhcp6Packet): Uint8Array {
  const sizes = relays.map(relay => relayHeadBytes + sizeOf(relay.options) + 4)
  const whole = sizes.reduce((sum, size) => sum + size, 4 + sizeOf(options))
  const out = new Uint8Array(whole)
  const view = new DataView(out.buffer)
  const isReply = type === 2 || type === 7 || type === 10
  let at = 0
  for (const relay of relays) {
    at = putRelay(view, at, isReply ? relayType.reply : relayType.forward, relay)
    at = putHead(view, at, option6.relayMessage, whole - at - 4)
  }
  view.setUint32(at, (type << 24) | (xid & 0xffffff))
  putOptions(view, at + 4, options)
  return out
}

/** Reads options to the end of an area; the values are views of it. Throws WireError where one runs past it. */
export function readOptions6(area: Uint8Array): Dhcp6Option[] {
  const view = new DataView(area.buffer, area.byteOffset, area.byteLength)
  const options: Dhcp6Option[] = []
  let at = 0
  while (at < area.length) {
    if (at + 4 > area.length) throw new WireError('an option is cut short')
    const code = view.getUint16(at)
    const end = at + 4 + view.getUint16(at + 2)
    if (end > area.length) throw new WireError(`option ${code} runs past the end of its area`)
    options.push([code, area.subarray(at + 4, end)])
    at = end
  }
  return options
}

/** Writes options one behind the other. Throws WireError for a value of more than 65535 bytes. */
export function writeOptions6(options: readonly Dhcp6Option[]): Uint8Array {
  const area = new Uint8Array(sizeOf(options))
  putOptions(new DataView(area.buffer), 0, options)
  return area
}

function sizeOf(options: readonly Dhcp6Option[]): number {
  let size = 0
  for (const [, value] of options) size += 4 + value.length
  return size
}

/** Writes options from `start` on; tells where they end. */
function putOptions(view: DataView, start: number, options: readonly Dhcp6Option[]): number {
  const out = new Uint8Array(view.buffer)
  let at = start
  for (const [code, value] of options) {
    at = putHead(view, at, code, value.length)
    out.set(value, at)
    at += value.length
  }
  return at
}

function putHead(view: DataView, at: number, code: number, length: number): number {
  if (length > 0xffff) throw new WireError(`option ${code} has ${length} bytes`)
  view.setUint16(at, code)
  view.setUint16(at + 2, length)
  return at + 4
}

/** The first option of a code. */
export function option6Of(options: readonly Dhcp6Option[], code: number): Uint8Array | undefined {
  for (const option of options) if (option[0] === code) return option[1]
  return undefined
}

function isRelayed([type]: Uint8Array): boolean {
  return type === relayType.forward || type === relayType.reply
}

function readRelay(bytes: Uint8Array): { relay: Dhcp6Relay; inner: Uint8Array } {
  if (bytes.length < relayHeadBytes)
    throw new WireError(`${bytes.length} bytes are no relayed message`)
  const options = readOptions6(bytes.subarray(relayHeadBytes))
  const inner = option6Of(options, option6.relayMessage)
  if (!inner) throw new WireError('a relay forwards no message')
  return {
    relay: {
      hops: bytes[1] ?? 0,
      link: ipv6OfBytes(bytes, 2),
      peer: ipv6OfBytes(bytes, 18),
      options: options.filter(([code]) => code !== option6.relayMessage),
    },
    inner,
  }
}

/** Writes what a relay says, without the message; tells where it ends. */
function putRelay(view: DataView, at: number, type: number, relay: Dhcp6Relay): number {
  const { hops, link, peer, options } = relay
  const out = new Uint8Array(view.buffer)
  out[at] = type
  out[at + 1] = hops
  out.set(ipv6ToBytes(link), at + 2)
  out.set(ipv6ToBytes(peer), at + 18)
  return putOptions(view, at + relayHeadBytes, options)
}
