import { type Ipv4, ipv4OfBytes, ipv4ToBytes } from './address.ts'

/** An address and a UDP port. */
export interface UdpEnd {
  readonly address: Ipv4
  readonly port: number
}

/** A UDP packet with whence and whither. */
export interface UdpPacket {
  readonly from: UdpEnd
  readonly to: UdpEnd
  readonly payload: Uint8Array
}

/**
 * An IPv4 packet around a UDP payload, of which `length` bytes were sent in all. The UDP checksum is left
 * out, as RFC 768 allows: of a payload that was cut it could not be made.
 */
export function encodeUdp({ from, to, payload }: UdpPacket, length = payload.length): Uint8Array {
  const packet = new Uint8Array(28 + payload.length)
  const view = new DataView(packet.buffer)
  view.setUint8(0, 0x45)
  view.setUint16(2, 28 + length)
  view.setUint8(8, 64)
  view.setUint8(9, 17)
  packet.set(ipv4ToBytes(from.address), 12)
  packet.set(ipv4ToBytes(to.address), 16)
  view.setUint16(10, checksum(view))
  view.setUint16(20, from.port)
  view.setUint16(22, to.port)
  view.setUint16(24, 8 + length)
  packet.set(payload, 28)
  return packet
}

/** The checksum of an IPv4 header without options (RFC 791), whose own field is 0. */
function checksum(header: DataView): number {
  let sum = 0
  for (let at = 0; at < 20; at += 2) sum += header.getUint16(at)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

/** Bytes before the IP header, by LINKTYPE of tcpdump.org: loopback, Ethernet, raw IP, `any` of Linux. */
const heads: Readonly<Record<number, number>> = {
  0: 4,
  1: 14,
  12: 0,
  101: 0,
  108: 4,
  113: 16,
  228: 0,
  276: 20,
}

/** The UDP packet in a captured frame; `undefined` for all else, and for pieces of a fragmented one. */
export function decodeUdp(link: number, frame: Uint8Array): UdpPacket | undefined {
  const ip = ipOfFrame(link, frame)
  if (!ip || ip.length < 28 || (ip[0] ?? 0) >> 4 !== 4 || ip[9] !== 17) return undefined
  const view = new DataView(ip.buffer, ip.byteOffset, ip.byteLength)
  const header = ((ip[0] ?? 0) & 15) * 4
  const isPiece = (view.getUint16(6) & 0x3fff) !== 0
  if (isPiece || header < 20 || ip.length < header + 8) return undefined
  const end = Math.min(ip.length, header + view.getUint16(header + 4))
  return {
    from: { address: ipv4OfBytes(ip, 12), port: view.getUint16(header) },
    to: { address: ipv4OfBytes(ip, 16), port: view.getUint16(header + 2) },
    payload: ip.subarray(header + 8, Math.max(header + 8, end)),
  }
}

/** The IP packet in a captured frame, whatever its version; `undefined` where the frame is of another kind. */
export function ipOfFrame(link: number, frame: Uint8Array): Uint8Array | undefined {
  const start = heads[link]
  return start === undefined ? undefined : skipTags(link, start, frame)
}

/** Where the type of what follows stands: Ethernet, and both forms of Linux's `any` (SLL, SLL2). */
const types: Readonly<Record<number, number>> = { 1: 12, 113: 14, 276: 0 }

/** IEEE 802.1Q and 802.1ad, and what switches wrote before that. */
const tags: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100, 0x9200])

/** The IP packet of a frame, behind any VLAN tags. */
function skipTags(link: number, start: number, frame: Uint8Array): Uint8Array {
  const read = (at: number) => ((frame[at] ?? 0) << 8) | (frame[at + 1] ?? 0)
  const typeAt = types[link]
  if (typeAt === undefined) return frame.subarray(start)
  let at = start
  for (let type = read(typeAt); tags.has(type); type = read(at - 2)) at += 4
  // Of two tags libpcap 1.10 leaves the inner one in captures of `any`, under the type of what is behind it.
  if (link !== 1 && read(at + 2) === 0x0800 && (frame[at + 4] ?? 0) >> 4 === 4) at += 4
  return frame.subarray(at)
}
