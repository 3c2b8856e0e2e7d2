import t from 'tap'
import { parseIpv4, unspecified } from '../../src/wire/address.ts'
import { option } from '../../src/wire/dhcp-codes.ts'
import { type DhcpOptions, decodeOptions } from '../../src/wire/dhcp-options.ts'
import {
  type DhcpPacket,
  decodeDhcp,
  encodeDhcp,
  messageNameOfPacket,
} from '../../src/wire/dhcp-packet.ts'
import { WireError } from '../../src/wire/error.ts'
import { captured, capturedBytes, captures } from '../packets.ts'

const blank: DhcpPacket = {
  op: 2,
  htype: 1,
  hlen: 6,
  hops: 0,
  xid: 0xfedcba98,
  secs: 0,
  flags: 0x8000,
  ciaddr: unspecified,
  yiaddr: parseIpv4('10.0.0.9') ?? unspecified,
  siaddr: parseIpv4('10.0.0.1') ?? unspecified,
  giaddr: unspecified,
  chaddr: Uint8Array.of(2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
  sname: '10.0.0.1',
  file: 'undionly.kpxe',
  options: new Map(),
}

function withOptions(...options: [number, number][]): DhcpPacket {
  return {
    ...blank,
    options: new Map(options.map(([code, length]) => [code, new Uint8Array(length).fill(code)])),
  }
}

/** The codes of the options field in the order of the wire. */
function codesOf(bytes: Uint8Array): number[] {
  return [...decodeOptions(bytes.subarray(240)).keys()]
}

for (const name of captures) {
  t.test(`${name} survives a round trip`, async t => {
    const packet = captured(name)
    t.strictSame(decodeDhcp(encodeDhcp(packet, { max: 1472 })), packet)
    t.not(messageNameOfPacket(packet), undefined)
  })

  t.test(`${name}: every truncation and flipped bit is a packet or a WireError`, async t => {
    const bytes = capturedBytes(name)
    for (let length = 0; length < bytes.length; length++) readOrRefuse(bytes.slice(0, length))
    for (let at = 0; at < bytes.length; at++) {
      for (const flip of [0x01, 0x80, 0xff]) {
        const broken = bytes.slice()
        broken[at] = (broken[at] ?? 0) ^ flip
        readOrRefuse(broken)
      }
    }
    t.pass()
  })
}

function readOrRefuse(bytes: Uint8Array): void {
  try {
    encodeDhcp(decodeDhcp(bytes), { max: 1472 })
  } catch (error) {
    if (!(error instanceof WireError)) throw error
  }
}

t.test('a packet is independent of the buffer it came in', async t => {
  const bytes = capturedBytes('udhcpc-discover')
  const packet = decodeDhcp(bytes)
  bytes.fill(0)
  t.strictSame(packet, captured('udhcpc-discover'))
})

t.test('every header field stands where RFC 2131 puts it', async t => {
  const packet = { ...blank, hops: 3, secs: 0x0102, ciaddr: blank.siaddr, giaddr: blank.yiaddr }
  t.strictSame(decodeDhcp(encodeDhcp(packet)), packet)
})

t.test('options laid over file and sname are read after the options field', async t => {
  const bytes = encodeDhcp({
    ...blank,
    sname: '',
    file: '',
    options: new Map([
      [option.overload, Uint8Array.of(3)],
      [67, Uint8Array.of(97)],
    ]),
  })
  bytes.set([67, 1, 98, 255], 108)
  bytes.set([67, 1, 99, 66, 1, 100, 255], 44)
  const packet = decodeDhcp(bytes)
  t.strictSame(packet.options.get(67), Uint8Array.of(97, 98, 99))
  t.strictSame(packet.options.get(66), Uint8Array.of(100))
  t.equal(packet.file + packet.sname, '')
})

t.test('a header field may be full, without a NUL', async t => {
  const bytes = encodeDhcp(blank)
  bytes.fill(97, 108, 236)
  t.equal(decodeDhcp(bytes).file, 'a'.repeat(128))
})

t.test('what is no DHCP is refused', async t => {
  const bytes = encodeDhcp(blank)
  t.throws(() => decodeDhcp(bytes.subarray(0, 239)), WireError)
  t.throws(() => decodeDhcp(bytes.with(236, 0)), WireError, 'cookie')
  t.throws(() => decodeDhcp(bytes.with(2, 17)), WireError, 'hlen')
  t.throws(() => decodeDhcp(bytes.with(2, 20)), WireError, 'hlen of no Ethernet')
  t.equal(decodeDhcp(bytes.with(2, 20).with(1, 32)).hlen, 20, 'InfiniBand')
  t.throws(() => encodeDhcp({ ...blank, file: 'a'.repeat(128) }), WireError)
  t.throws(() => encodeDhcp({ ...blank, sname: 'a'.repeat(64) }), WireError)
})

t.test('53 is first, 54 second, 82 last, the others keep their order', async t => {
  const packet = withOptions([82, 4], [67, 3], [54, 4], [1, 4], [53, 1])
  t.strictSame(codesOf(encodeDhcp(packet)), [53, 54, 67, 1, 82])
})

t.test('a packet has at least 300 bytes', async t => {
  t.equal(encodeDhcp(withOptions([53, 1])).length, 300)
})

t.test('a packet never has more than its maximum; the least important goes first', async t => {
  const packet = withOptions(
    ...([53, 54, 1, 51, 60, 43, 67, 66, 97] as const).map((code): [number, number] => [code, 30]),
    [119, 200],
    [61, 200],
    [82, 200],
  )
  const all = [53, 54, 1, 51, 60, 43, 67, 66, 97]
  t.strictSame(codesOf(encodeDhcp(packet, { max: 1472 })), [...all, 119, 61, 82])
  t.strictSame(codesOf(encodeDhcp(packet, { max: 1000 })), [...all, 61, 82])
  t.strictSame(codesOf(encodeDhcp(packet, { max: 750 })), [...all, 61])
  t.strictSame(codesOf(encodeDhcp(packet, { max: 548 })), all)
  for (let max = 300; max < 1472; max++) {
    const size = encodeDhcp(packet, { max }).length
    if (size > max) t.fail(`${size} bytes where ${max} is the most`)
  }
})

t.test('a packet may be exactly as large as its maximum', async t => {
  const options: DhcpOptions = new Map([[175, new Uint8Array(548 - 240 - 4 - 1)]])
  t.equal(encodeDhcp({ ...blank, options }, { max: 548 }).length, 548)
})
