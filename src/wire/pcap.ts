import { WireError } from './error.ts'

/** A packet of a capture file. */
export interface CapturedPacket {
  /** Epoch milliseconds. */
  readonly at: number
  /** What was captured; less than the packet where the capture cut it. */
  readonly bytes: Uint8Array
  /** Bytes that the packet had. */
  readonly length: number
}

/** The same, with how its bytes begin: a LINKTYPE of tcpdump.org. */
export interface FoundPacket extends CapturedPacket {
  readonly link: number
}

/** Packets that begin with their IP header (LINKTYPE_RAW). */
const rawLink = 101

/** A capture file in the classic format (draft-ietf-opsawg-pcap), in microseconds. */
export function encodePcap(packets: readonly CapturedPacket[], link = rawLink): Uint8Array {
  const size = packets.reduce((sum, { bytes }) => sum + 16 + bytes.length, 24)
  const file = new Uint8Array(size)
  const view = new DataView(file.buffer)
  // Version 2.4 is two 16-bit fields; then time zone and accuracy (unused), snap length, link.
  for (const [n, value] of [0xa1b2c3d4, 0x40002, 0, 0, 0x40000, link].entries()) {
    view.setUint32(n * 4, value, true)
  }
  let at = 24
  for (const packet of packets) {
    view.setUint32(at, Math.floor(packet.at / 1000), true)
    view.setUint32(at + 4, Math.round((packet.at % 1000) * 1000), true)
    view.setUint32(at + 8, packet.bytes.length, true)
    view.setUint32(at + 12, packet.length, true)
    file.set(packet.bytes, at + 16)
    at += 16 + packet.bytes.length
  }
  return file
}

/** The packets of a capture file, classic or pcapng. Throws WireError on what is neither. */
export function decodePcap(file: Uint8Array): FoundPacket[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  if (file.length < 24) throw new WireError('too short for a capture file')
  if (view.getUint32(0) === 0x0a0d0d0a) return decodeBlocks(file, view)
  for (const little of [true, false]) {
    const magic = view.getUint32(0, little)
    if (magic === 0xa1b2c3d4) return decodeClassic(file, view, little, 1000)
    if (magic === 0xa1b23c4d) return decodeClassic(file, view, little, 1_000_000)
  }
  throw new WireError('no capture file: neither pcap nor pcapng')
}

/** `fraction`: how many of its units of time are a millisecond. */
function decodeClassic(file: Uint8Array, view: DataView, little: boolean, fraction: number) {
  const link = view.getUint32(20, little) & 0xffff
  const found: FoundPacket[] = []
  for (let at = 24; at + 16 <= file.length; ) {
    const [seconds, part, kept, length] = [0, 4, 8, 12].map(o => view.getUint32(at + o, little))
    const bytes = file.subarray(at + 16, at + 16 + (kept ?? 0))
    if (bytes.length < (kept ?? 0)) break // tcpdump was ended in the middle of a packet
    found.push({
      at: (seconds ?? 0) * 1000 + (part ?? 0) / fraction,
      bytes,
      length: length ?? 0,
      link,
    })
    at += 16 + bytes.length
  }
  return found
}

/** An interface that a pcapng section describes. */
interface Interface {
  readonly link: number
  /** Units of its clock in a millisecond. */
  readonly perMs: number
}

/** pcapng (draft-ietf-opsawg-pcapng): blocks of type, length, body, length. */
function decodeBlocks(file: Uint8Array, view: DataView): FoundPacket[] {
  const found: FoundPacket[] = []
  let little = true
  let interfaces: Interface[] = []
  for (let at = 0; at + 12 <= file.length; ) {
    const isSection = view.getUint32(at) === 0x0a0d0d0a
    if (isSection) {
      little = view.getUint32(at + 8, true) === 0x1a2b3c4d
      interfaces = []
    }
    const length = view.getUint32(at + 4, little)
    if (length < 12 || length % 4 !== 0)
      throw new WireError('a block of the capture file is broken')
    if (at + length > file.length) break
    const type = view.getUint32(at, little)
    if (type === 1) interfaces.push(readInterface(view, at, length, little))
    const packet =
      type === 6 || type === 3 ? readPacket(file, view, at, length, little, interfaces) : undefined
    if (packet) found.push(packet)
    at += length
  }
  return found
}

function readInterface(view: DataView, at: number, length: number, little: boolean): Interface {
  const link = view.getUint16(at + 8, little)
  // Options begin behind link type, reserved and snap length; 9 is if_tsresol, default 10^-6.
  for (let option = at + 16; option + 4 <= at + length - 4; ) {
    const code = view.getUint16(option, little)
    const size = view.getUint16(option + 2, little)
    if (code === 0) break
    if (code === 9 && size > 0) {
      const value = view.getUint8(option + 4)
      const perSecond = value & 0x80 ? 2 ** (value & 0x7f) : 10 ** value
      return { link, perMs: perSecond / 1000 }
    }
    option += 4 + Math.ceil(size / 4) * 4
  }
  return { link, perMs: 1000 }
}

/** An Enhanced Packet Block (6), or a Simple one (3), which has no time. */
function readPacket(
  file: Uint8Array,
  view: DataView,
  at: number,
  length: number,
  little: boolean,
  interfaces: readonly Interface[],
): FoundPacket | undefined {
  const simple = view.getUint32(at, little) === 3
  if (length < (simple ? 16 : 32)) return undefined
  const read = (offset: number) => view.getUint32(at + offset, little)
  const on = interfaces[simple ? 0 : read(8)]
  if (!on) return undefined
  const start = at + (simple ? 12 : 28)
  const room = at + length - 4 - start
  const whole = simple ? read(8) : read(24)
  const kept = Math.min(simple ? whole : read(20), room)
  const time = simple ? 0 : (read(12) * 2 ** 32 + read(16)) / on.perMs
  return { at: time, bytes: file.subarray(start, start + kept), length: whole, link: on.link }
}
