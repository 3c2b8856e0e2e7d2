import { type Ipv6, ipv6OfBytes, ipv6ToBytes } from './ipv6.ts'
import { ipOfFrame } from './udp-packet.ts'

/** An IPv6 address and a UDP port. */
export interface Udp6End {
  readonly address: Ipv6
  readonly port: number
}

/** A UDP packet over IPv6 with whence and whither. */
export interface Udp6Packet {
  readonly from: Udp6End
  readonly to: Udp6End
  readonly payload: Uint8Array
}

/** The header of IPv6, and that of UDP. */
export const udp6HeadBytes = 48

/**
 * An IPv6 packet around a UDP payload, of which `length` bytes were sent in all. The checksum of UDP must be
 * there (RFC 8200 section 8.1); of a payload that was cut it is 0.
 */
export function encodeUdp6({ from, to, payload }: Udp6Packet, length = payload.length): Uint8Array {
  const packet = new Uint8Array(udp6HeadBytes + payload.length)
  const view = new DataView(packet.buffer)
  view.setUint8(0, 0x60)
  view.setUint16(4, 8 + length)
  view.setUint8(6, 17)
  view.setUint8(7, 64)
  packet.set(ipv6ToBytes(from.address), 8)
  packet.set(ipv6ToBytes(to.address), 24)
  view.setUint16(40, from.port)
  view.setUint16(42, to.port)
  view.setUint16(44, 8 + length)
  packet.set(payload, udp6HeadBytes)
  if (length === payload.length) view.setUint16(46, checksumOf(packet.subarray(8)))
  return packet
}

/** The UDP packet of IPv6 in a captured frame; `undefined` for all else, and behind extension headers. */
export function decodeUdp6(link: number, frame: Uint8Array): Udp6Packet | undefined {
  const ip = ipOfFrame(link, frame)
  if (!ip || ip.length < udp6HeadBytes || (ip[0] ?? 0) >> 4 !== 6 || ip[6] !== 17) return undefined
  const view = new DataView(ip.buffer, ip.byteOffset, ip.byteLength)
  const end = Math.min(ip.length, 40 + view.getUint16(44))
  return {
    from: { address: ipv6OfBytes(ip, 8), port: view.getUint16(40) },
    to: { address: ipv6OfBytes(ip, 24), port: view.getUint16(42) },
    payload: ip.subarray(udp6HeadBytes, Math.max(udp6HeadBytes, end)),
  }
}

/** Over both addresses, what is behind them, its length and the number of UDP. */
function checksumOf(from: Uint8Array): number {
  let sum = from.length - 32 + 17
  for (let at = 0; at < from.length; at += 2) sum += ((from[at] ?? 0) << 8) | (from[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return sum === 0xffff ? 0xffff : ~sum & 0xffff
}
