import t from 'tap'
import { encodeUdp6, udp6HeadBytes } from '../../src/wire/udp6-packet.ts'
import { ip6 } from '../dhcp6/examples.ts'

const from = { address: ip6('fe80::5054:ff:fe99:1'), port: 546 }
const to = { address: ip6('ff02::1:2'), port: 547 }

/** The sum that a receiver makes, its checksum included: RFC 8200 section 8.1. */
function sumOf(packet: Uint8Array): number {
  const behind = packet.subarray(8)
  const padded = [...behind, ...(behind.length % 2 === 1 ? [0] : [])]
  let sum = packet.length - 40 + 17
  for (let at = 0; at < padded.length; at += 2)
    sum += (padded[at] ?? 0) * 256 + (padded[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000)
  return sum
}

t.test('a payload of any length gets headers that a receiver takes', async t => {
  for (const length of [0, 1, 2, 52, 1231]) {
    const payload = Uint8Array.from({ length }, (_, n) => n * 7)
    const packet = encodeUdp6({ from, to, payload })
    t.equal(packet.length, udp6HeadBytes + length)
    t.equal(sumOf(packet), 0xffff, `${length} bytes`)
    t.strictSame(packet.subarray(udp6HeadBytes), payload)
    t.strictSame([packet[0], packet[6], packet[41], packet[43]], [0x60, 17, 546 & 255, 547 & 255])
  }
})

t.test('of a payload that was cut the lengths are those of the whole', async t => {
  const packet = encodeUdp6({ from, to, payload: new Uint8Array(160) }, 1432)
  const view = new DataView(packet.buffer)
  t.strictSame([view.getUint16(4), view.getUint16(44), view.getUint16(46)], [1440, 1440, 0])
})

t.test('a checksum of 0 is written as all ones', async t => {
  const bytes = Uint8Array.of(0, 0)
  for (let value = 0; value < 0x10000; value++) {
    bytes[0] = value >>> 8
    bytes[1] = value & 0xff
    const packet = encodeUdp6({ from, to, payload: bytes })
    if (((packet[46] ?? 0) | (packet[47] ?? 0)) === 0) return t.fail(`0 for ${value}`)
  }
  t.pass()
})
