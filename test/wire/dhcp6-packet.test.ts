import t from 'tap'
import { messageName6Of, option6 } from '../../src/wire/dhcp6-codes.ts'
import {
  type Dhcp6Packet,
  type Dhcp6Relay,
  decodeDhcp6,
  encodeDhcp6,
  option6Of,
  readOptions6,
  writeOptions6,
} from '../../src/wire/dhcp6-packet.ts'
import { WireError } from '../../src/wire/error.ts'
import { parseIpv6, unspecified6 } from '../../src/wire/ipv6.ts'
import { captured6, capturedBytes6, captures6 } from '../packets6.ts'

const blank: Dhcp6Packet = { type: 1, xid: 0xfedcba, options: [], relays: [] }

function relay(hops: number): Dhcp6Relay {
  const link = parseIpv6(`2001:db8::${hops}`) ?? unspecified6
  const options = [[option6.interfaceId, Uint8Array.of(hops, 1)] as const]
  return { hops, link, peer: parseIpv6('fe80::1') ?? unspecified6, options }
}

for (const name of captures6) {
  t.test(`${name} survives a round trip, byte by byte`, async t => {
    const packet = captured6(name)
    t.not(messageName6Of(packet.type), undefined)
    t.strictSame(decodeDhcp6(encodeDhcp6(packet)), packet)
    t.equal(encodeDhcp6(packet).length, capturedBytes6(name).length)
    if (packet.relays.length === 0)
      t.strictSame(encodeDhcp6(packet), new Uint8Array(capturedBytes6(name)))
  })

  t.test(`${name}: every truncation and flipped bit is a packet or a WireError`, async t => {
    const bytes = capturedBytes6(name)
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
    encodeDhcp6(decodeDhcp6(bytes))
  } catch (error) {
    if (!(error instanceof WireError)) throw error
  }
}

t.test('a packet is independent of the buffer it came in', async t => {
  const bytes = capturedBytes6('dhclient-relayed-solicit')
  const packet = decodeDhcp6(bytes)
  bytes.fill(0)
  t.strictSame(packet, captured6('dhclient-relayed-solicit'))
})

t.test('relays are nested, ours first, and come back as relay-reply', async t => {
  const relays = [relay(1), relay(0)]
  const forward = encodeDhcp6({ ...blank, relays })
  t.equal(forward[0], 12)
  t.equal(forward[1], 1, 'hops of the outermost')
  t.strictSame(decodeDhcp6(forward), { ...blank, relays })
  for (const type of [2, 7, 10]) t.equal(encodeDhcp6({ ...blank, type, relays })[0], 13)
})

t.test('a real relay: the link of the client, and the interface that must come back', async t => {
  const { relays } = captured6('dhclient-relayed-solicit')
  t.match(relays, [{ hops: 0, link: '2001:db8:78::1', peer: 'fe80::5054:ff:fe99:2' }])
  t.ok(option6Of(relays[0]?.options ?? [], option6.interfaceId))
})

t.test('relays are nested no deeper than the RFC allows', async t => {
  const deep = (count: number) => encodeDhcp6({ ...blank, relays: Array(count).fill(relay(0)) })
  t.equal(decodeDhcp6(deep(8)).relays.length, 8)
  t.throws(() => decodeDhcp6(deep(9)), /more than 8 relays/)
  t.throws(() => decodeDhcp6(deep(1).subarray(0, 34)), /forwards no message/)
  t.throws(() => decodeDhcp6(deep(1).subarray(0, 33)), WireError)
})

t.test('options keep their order, come several times, and may be unknown', async t => {
  const options = [
    [3, Uint8Array.of(1)],
    [60_000, Uint8Array.of(2, 3)],
    [3, new Uint8Array()],
  ] as const
  const area = writeOptions6(options)
  t.strictSame(readOptions6(area), options)
  t.strictSame(option6Of(options, 3), Uint8Array.of(1), 'the first of them')
  t.throws(() => readOptions6(area.subarray(0, area.length - 1)), WireError)
  t.throws(() => readOptions6(Uint8Array.of(0, 3, 0, 9, 1)), /option 3 runs past the end/)
  t.throws(() => writeOptions6([[1, new Uint8Array(0x10000)]]), WireError)
})
