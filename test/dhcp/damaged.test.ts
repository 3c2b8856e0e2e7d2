import t from 'tap'
import { unreadable } from '../../src/dhcp/handle.ts'
import type { Outcome } from '../../src/dhcp/outcome.ts'
import { macToBytes } from '../../src/wire/address.ts'
import { option } from '../../src/wire/dhcp-codes.ts'
import { decodeDhcp, encodeDhcp } from '../../src/wire/dhcp-packet.ts'
import { WireError } from '../../src/wire/error.ts'
import { me, request, told } from './conversation.ts'
import { type Change, host, like, mac, world } from './examples.ts'

const hosts = [{ host: host('node1', me), due: true }]

/** A packet whose last option is cut short. */
function cut(packet: ReturnType<typeof like>) {
  const bytes = encodeDhcp({
    ...packet,
    options: new Map([...packet.options, [251, new Uint8Array(9)]]),
  })
  const at = bytes.lastIndexOf(251)
  return decodeDhcp(bytes.subarray(0, at + 5))
}

const from = ({ host }: Outcome) => host?.name

t.test('an option that is cut short costs a DISCOVER nothing', async t => {
  const packet = cut(like('ovmf-x64-discover', { mac: me }))
  t.match(packet.damage, /option 251 runs past the end/)
  const outcome = world({ hosts }).send(packet)
  t.match(told(outcome), /^offer 10\.77\.0\./)
  t.match(outcome, { client: { arch: 'x64-efi' }, reply: { file: 'ipxe.efi' } })
})

t.test('nor who says whose address it takes, or asks port 4011 what to boot', async t => {
  const w = world({ hosts })
  t.match(told(w.send(cut(request('10.77.0.60', '10.77.0.1')))), /^ack 10\.77\.0\.60/)
  const proxied = w.send(cut(like('ovmf-x64-request-4011', { mac: me })), {
    arrival: { port: 'proxy', broadcast: false },
  })
  t.match(proxied, { kind: 'reply', via: 'proxy', host: { name: 'node1' } })
})

t.test('but what else an option means depends on the lost ones, and is told', async t => {
  const w = world({ hosts })
  t.match(w.send(cut(request('10.77.0.60'))).reason, /^malformed/, 'it may be a renewal')
  for (const asked of ['release', 'decline', 'inform'] as const) {
    t.match(w.send(cut(request('10.77.0.60', '10.77.0.1', { asked }))).reason, /^malformed/, asked)
  }
  const outcome = w.send(cut(request(undefined, '10.77.0.1')))
  t.match(outcome.reason, /^malformed: option 251 runs past/)
  t.equal(from(outcome), 'node1', 'in the timeline of the host')
  t.equal(w.leases.size, 0)
})

t.test('a wish for an address that cannot be read is none', async t => {
  const options = { [option.requestedAddress]: Uint8Array.of(0, 1) }
  t.match(told(world({ hosts }).send(like('dhclient-discover', { options }))), /^offer 10\.77/)
  const outcome = world({ hosts }).send(request('10.77.0.60', '10.77.0.1', { options }))
  t.match(outcome.reason, /^malformed/)
  t.equal(from(outcome), 'node1')
})

t.test('an overload that cannot be read is none', async t => {
  const options = { [option.overload]: Uint8Array.of(1, 1) }
  const bytes = encodeDhcp(like('dhclient-discover', { options }), { max: 1472 })
  t.match(told(world().send(decodeDhcp(bytes))), /^offer/)
})

t.test('BOOTP gets no answer, and the host a line about it', async t => {
  const outcome = world({ hosts }).send(like('dhclient-discover', { options: { 53: undefined } }))
  t.match(outcome, { kind: 'none', reason: /BOOTP/, mac: me })
  t.equal(from(outcome), 'node1')
})

t.test('what has a message type that cannot be read, or lost it, is no BOOTP', async t => {
  const w = world({ hosts })
  for (const bytes of [[], [1, 1], [13]]) {
    const options = { [option.messageType]: Uint8Array.from(bytes) }
    t.match(w.send(like('dhclient-discover', { options })).reason, /^malformed: a message type of/)
  }
  const lost = cut(like('dhclient-discover', { options: { 53: undefined } }))
  t.match(w.send(lost).reason, /^malformed: option 251 runs past/)
})

t.test('what is no DHCP at all is told at the host whose MAC its header has', async t => {
  const { deps } = world({ hosts })
  const bytes = encodeDhcp(like('dhclient-discover', { mac: me }))
  for (const [what, datagram] of [
    ['RFC 951, without the cookie', bytes.with(236, 0)],
    ['cut in the middle of its header', bytes.subarray(0, 100)],
  ] as const) {
    try {
      decodeDhcp(datagram)
      t.fail(what)
    } catch (error) {
      const outcome = unreadable(datagram, error as WireError, deps)
      t.match(outcome, { kind: 'none', code: 'malformed', mac: me, host: { name: 'node1' } }, what)
    }
  }
  const error = new WireError('nothing')
  const nobodies = [bytes.subarray(0, 40), bytes.with(0, 2), bytes.with(2, 7), new Uint8Array()]
  for (const datagram of nobodies) {
    t.equal(unreadable(datagram, error, deps).mac, undefined, 'no MAC, nobody')
  }
})

t.test('InfiniBand as ROMs write it', async t => {
  const card = mac('00:02:c9:0a:0b:0c')
  const guid = [0x00, 0x02, 0xc9, 0x03, 0x00, 0x0a, 0x0b, 0x0c]
  const w = world({ hosts: [{ host: host('node1', card), due: true }] })
  // Its broadcast flag is set: the address it names itself by is none that could be sent to.
  const flags = 0x8000
  // src/net/udp/dhcp.c and src/drivers/net/ipoib.c of iPXE: Ethernet since 2012, 0xe7 of the GUID's bytes.
  const ipxe = like('undionly-discover', {
    mac: card,
    flags,
    options: { [option.clientId]: Uint8Array.of(1, ...macToBytes(card)) },
  })
  // gPXE and iPXE before that: the GUID, and the queue and GID of the port as client identifier.
  const chaddr = new Uint8Array(16)
  chaddr.set(guid)
  const gid = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, ...guid]
  const options = { [option.clientId]: Uint8Array.of(32, 0x80, 0, 0, 0x48, ...gid) }
  const gpxe = { ...like('undionly-discover', { htype: 32, hlen: 8, flags, options }), chaddr }
  for (const [packet, hlen] of [
    [ipxe, 6],
    [gpxe, 8],
  ] as const) {
    const outcome = w.send(packet)
    t.match(told(outcome), /^offer 10\.77\.0\.\d+ -> 255\.255\.255\.255:68/)
    t.match(outcome, { mac: card, host: { name: 'node1' }, client: { stage: 'ipxe' } })
    t.match(outcome, { reply: { htype: packet.htype, hlen, chaddr: packet.chaddr } })
  }
})

t.test(
  'InfiniBand: by the address in the header, or the GUID at the end of the client id',
  async t => {
    const card = mac('00:02:c9:0a:0b:0c')
    const w = world({ hosts: [{ host: host('node1', card), due: true }] })
    const asks = (change: Change) => w.send(like('ovmf-x64-discover', { htype: 32, ...change }))
    const short = asks({ mac: card })
    t.match(told(short), /^offer/, 'iPXE and UEFI')
    t.match(short, { host: { name: 'node1' }, reply: { htype: 32, hlen: 6 } })
    const guid = [0x00, 0x02, 0xc9, 0x03, 0x00, 0x0a, 0x0b, 0x0c]
    const clientId = Uint8Array.of(255, 0, 0, 0, 1, 0, 3, 0, 32, ...guid)
    const nobody = mac('00:00:00:00:00:00')
    const long = asks({ mac: nobody, hlen: 0, options: { [option.clientId]: clientId } })
    t.match(told(long), /^offer/, 'RFC 4390')
    t.match(long, { host: { name: 'node1' }, reply: { htype: 32, hlen: 0 } })
    t.equal(told(long), told(short), 'one machine, one address')
    const whole = asks({ mac: nobody, hlen: 20, options: { [option.clientId]: clientId } })
    t.equal(told(whole), told(short), 'one that says the 20 bytes of its address')
    t.match(whole, { host: { name: 'node1' }, reply: { htype: 32, hlen: 20 } })
    t.match(long.kind === 'reply' && long.reply.options.get(option.clientId), clientId)
    for (const hlen of [0, 20]) {
      const said = asks({ mac: nobody, hlen, options: { 61: undefined } })
      t.equal(said.reason, 'no Ethernet address')
    }
  },
)
