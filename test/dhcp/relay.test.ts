import t from 'tap'
import { formatIpv4, parseRange, parseSubnet } from '../../src/wire/address.ts'
import { option } from '../../src/wire/dhcp-codes.ts'
import { decodeDhcp, encodeDhcp } from '../../src/wire/dhcp-packet.ts'
import { me, request, told } from './conversation.ts'
import { bytesOf, type Change, ip, like, network, world } from './examples.ts'

function far(name: string, text: string, addresses: string) {
  const subnet = parseSubnet(text)
  const range = parseRange(addresses)
  if (!subnet || !range) throw new Error(text)
  return network({ name, subnet, range, router: ip(`${text.slice(0, 6)}1.1`) })
}

const networks = [
  network(),
  far('far', '10.88.0.0/16', '10.88.1.50-10.88.1.60'),
  far('cable', '10.99.0.0/16', '10.99.1.50-10.99.1.60'),
]
const giaddr = ip('10.88.0.2')
const link = (address: string) => [5, 4, ...bytesOf(address)]
const override = (address: string) => [11, 4, ...bytesOf(address)]
const circuit = [1, 2, 7, 7]
const relayed = (...subs: number[][]): Change => ({
  giaddr,
  hops: 1,
  options: { 82: Uint8Array.from(subs.flat()) },
})
const discover = (change: Change) => world({ networks }).send(like('dhclient-discover', change))

function networkOf(change: Change): string {
  const outcome = discover(change)
  return outcome.kind === 'reply' ? outcome.network.name : outcome.reason
}

t.test(
  'which network a relayed packet gets an address of: 82.5, then 118, then giaddr',
  async t => {
    const selected = (address: string, subs: number[][] = []): Change => ({
      ...relayed(...subs),
      options: { 82: Uint8Array.from(subs.flat()), 118: bytesOf(address) },
    })
    t.equal(networkOf(relayed(circuit)), 'far')
    t.equal(networkOf(relayed(circuit, link('10.99.0.0'))), 'cable')
    t.equal(networkOf(selected('10.99.0.0')), 'cable')
    t.equal(networkOf(selected('10.77.0.0', [link('10.99.0.0')])), 'cable')
    const nowhere = 'the relay 10.88.0.2 asks for 192.168.0.0, which is in no network of the config'
    t.equal(networkOf(relayed(link('192.168.0.0'))), nowhere)
    t.equal(networkOf(selected('192.168.0.0')), nowhere)
  },
)

t.test(
  'the reply goes to giaddr whatever network was chosen, and never to an unknown one',
  async t => {
    t.match(told(discover(relayed(link('10.99.0.0')))), /^offer 10\.99\.1\.5\d -> 10\.88\.0\.2:67$/)
    const stranger = { ...relayed(link('10.99.0.0')), giaddr: ip('192.168.0.1') }
    t.equal(networkOf(stranger), 'the relay 192.168.0.1 is in no network of the config')
  },
)

t.test('what a machine on our own link says of a relay is not believed', async t => {
  const spoofed = { ...relayed(link('10.99.0.0'), override('10.99.0.1')), giaddr: ip('0.0.0.0') }
  const outcome = world().send(like('dhclient-discover', spoofed))
  if (outcome.kind === 'none') return t.fail(outcome.reason)
  t.equal(outcome.network.name, 'rack')
  t.strictSame(outcome.reply.options.get(54), bytesOf('10.77.0.1'))
  t.strictSame(outcome.reply.options.get(82), like('dhclient-discover', spoofed).options.get(82))
  t.equal(formatIpv4(outcome.to.address), '255.255.255.255')
  const selects = world().send(
    like('dhclient-discover', { options: { 118: bytesOf('10.99.0.0') } }),
  )
  t.notOk(selects.kind === 'reply' && selects.reply.options.has(118), 'not used, not echoed')
})

t.test('118 comes back when it was used (RFC 3011)', async t => {
  const options = { 118: bytesOf('10.99.0.0') }
  const echo = (change: Change) => {
    const outcome = discover(change)
    return outcome.kind === 'reply' ? outcome.reply.options.get(118) : outcome.reason
  }
  t.strictSame(echo({ giaddr, options }), options[118])
  const both = { ...options, 82: Uint8Array.from(link('10.77.0.0')) }
  t.equal(echo({ giaddr, options: both }), undefined)
})

t.test('the relay stands for us: 82.11 is option 54, in replies and back (RFC 5107)', async t => {
  const w = world({ networks })
  const change = relayed(circuit, override('10.88.0.2'))
  const offer = w.send(like('dhclient-discover', change))
  if (offer.kind === 'none') return t.fail(offer.reason)
  t.strictSame(offer.reply.options.get(54), bytesOf('10.88.0.2'))
  const address = formatIpv4(offer.reply.yiaddr)
  const ask = (server: string, more: Change = {}) =>
    w.send(
      request(address, server, {
        ...change,
        ...more,
        options: { ...change.options, ...more.options },
      }),
    )
  t.equal(told(ask('10.88.0.9')), 'it chose the DHCP server 10.88.0.9')
  const ack = ask('10.88.0.2')
  t.equal(told(ack), `ack ${address} -> 10.88.0.2:67`)
  t.strictSame(ack.kind === 'reply' && ack.reply.options.get(54), bytesOf('10.88.0.2'))
  t.equal(
    told(ask('10.88.0.2', { options: { 82: undefined } })),
    'it chose the DHCP server 10.88.0.2',
  )

  const released = (server: string) =>
    w.send(
      like('dhclient-release', {
        ...change,
        ciaddr: ip(address),
        options: { ...change.options, 54: bytesOf(server) },
      }),
    )
  t.equal(released('10.88.0.9').reason, 'a release for another server')
  t.match(released('10.88.0.2').lease, { state: 'released', mac: me })
  w.send(like('dhclient-discover', change))
  t.equal(ask('10.88.0.9', { asked: 'decline' }).reason, 'a decline for another server')
  t.match(ask('10.88.0.2', { asked: 'decline' }).lease, { state: 'declined' })
})

t.test('a renewal that comes through the relay because of 82.11 is one (RFC 5010)', async t => {
  const unicast = [10, 1, 0x80]
  const renewal = (...subs: number[][]) =>
    world({ networks }).send(
      request(undefined, undefined, { ...relayed(...subs), ciaddr: ip('10.88.1.55') }),
    )
  t.equal(told(renewal(override('10.88.0.2'), unicast)), 'ack 10.88.1.55 -> 10.88.0.2:67')
  t.match(told(renewal(override('10.88.0.2'))), /^no record of it here to confirm \(rebinding\)/)
})

t.test('82 comes back last, in a NAK too', async t => {
  const nak = world({ networks }).send(
    request('10.77.0.60', '10.77.0.1', relayed(circuit, override('10.88.0.2'))),
  )
  t.equal(told(nak), 'nak -> 10.88.0.2:67')
  if (nak.kind === 'none') return
  const codes = [...decodeDhcp(encodeDhcp(nak.reply)).options.keys()]
  t.equal(codes.at(-1), option.relayAgent)
  t.strictSame(nak.reply.options.get(54), bytesOf('10.88.0.2'))
})

t.test('a relay behind a port of its own gets its replies there (RFC 8357)', async t => {
  const source = { address: giaddr, port: 30_067 }
  const to = (...subs: number[][]) =>
    told(
      world({ networks }).send(like('dhclient-discover', relayed(...subs)), {
        arrival: { source, broadcast: false },
      }),
    )
  t.match(to(circuit, [19, 0]), / -> 10\.88\.0\.2:30067$/)
  t.match(to(circuit), / -> 10\.88\.0\.2:67$/)
})

t.test('a broken 82 is no reason to fall over', async t => {
  t.equal(networkOf({ giaddr, options: { 82: Uint8Array.of(5, 4, 10) } }), 'far')
  t.match(networkOf(relayed([5, 1, 10])), /^malformed/)
  t.match(networkOf({ giaddr, options: { 118: Uint8Array.of(1) } }), /^malformed/)
})
