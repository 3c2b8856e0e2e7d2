import t from 'tap'
import { option6 } from '../../src/wire/dhcp6-codes.ts'
import { type Dhcp6Packet, option6Of } from '../../src/wire/dhcp6-packet.ts'
import { parseRange6, parseSubnet6 } from '../../src/wire/ipv6.ts'
import { captured6 } from '../packets6.ts'
import { ip6, like6, network6, told6, world6 } from './examples.ts'

const subnet = parseSubnet6('2001:db8:78::/64')
const range = parseRange6('2001:db8:78::-2001:db8:78::ffff:ffff:ffff:ffff')
if (!subnet || !range) throw new Error('unreachable')
const serverAddress = ip6('2001:db8:78::1')
const far = network6({ name: 'far', interface: 'br9' }, { subnet, range, serverAddress })
const networks = [network6(), far]
const relay = { source: ip6('2001:db8:77::2'), port: 547, interface: 'br0' }

t.test('the link of the relay next to the client says which network it is in', async t => {
  const packet = captured6('dhclient-relayed-solicit')
  const outcome = world6({ networks }).send(packet, { arrival: relay })
  t.equal(told6(outcome), 'advertise 2001:db8:78::5254:99:2 3600', 'a /64 has one for each MAC')
  if (outcome.kind !== 'reply') return
  const [back] = outcome.reply.relays
  const [came] = packet.relays
  t.match(back, { hops: 0, link: '2001:db8:78::1', peer: 'fe80::5054:ff:fe99:2' })
  t.strictSame(
    option6Of(back?.options ?? [], option6.interfaceId),
    option6Of(came?.options ?? [], option6.interfaceId),
    'its interface comes back',
  )
})

t.test('of nested relays the inner one counts, and one without a link says nothing', async t => {
  const packet = captured6('dhclient-relayed-solicit')
  const [inner] = packet.relays
  if (!inner) return t.fail('no relay')
  const nested = (link: string, first = inner): Dhcp6Packet => ({
    ...packet,
    relays: [{ ...inner, hops: 1, link: ip6(link) }, first],
  })
  const w = () => world6({ networks })
  t.match(told6(w().send(nested('2001:db8:77::2'), { arrival: relay })), /2001:db8:78::/)
  const linkless = nested('2001:db8:77::2', { ...inner, link: ip6('::') })
  t.match(told6(w().send(linkless, { arrival: relay })), /2001:db8:77::/)
  const foreign = nested('2001:db8:77::2', { ...inner, link: ip6('2001:db8:99::1') })
  t.match(told6(w().send(foreign, { arrival: relay })), /2001:db8:99::1 is in no network/)
})

t.test('a machine on our link is in the network of the interface', async t => {
  const w = world6({ networks })
  const send = (interfaceName: string) =>
    told6(w.send(like6('dhclient-solicit'), { arrival: { interface: interfaceName } }))
  t.match(send('br0'), /2001:db8:77::/)
  t.match(send('br9'), /2001:db8:78::/)
  t.match(send('br1'), /cannot tell which network/)
  const { serverAddress: ours } = network6().ipv6
  const relayed = network6({ name: 'far' }, { subnet, range, serverAddress: ours })
  const behind = world6({ networks: [relayed, network6()] })
  const told = told6(behind.send(like6('dhclient-solicit'), { arrival: { interface: 'br0' } }))
  t.match(told, /2001:db8:77::/, 'and not in one behind a relay that is reached by it')
})

t.test('whose packet it is: relay, link-local address, neighbour table, DUID', async t => {
  const w = world6({ networks })
  const macOf = (packet: Dhcp6Packet, arrival: object) => w.send(packet, { arrival }).who?.mac
  const secret = { source: ip6('fe80::1234:5678:9abc:def0') }
  const mac = (last: number) => Uint8Array.of(0, 1, 0x52, 0x54, 0, 0, 0, last)
  const neighbour = '52:54:00:00:00:07'
  t.equal(macOf(like6('networkd-solicit'), secret), undefined)
  t.equal(macOf(like6('dhclient-solicit'), secret), '52:54:00:99:00:01', 'its DUID')
  t.equal(macOf(like6('dhclient-solicit'), { ...secret, neighbour }), neighbour)
  const eui = { source: ip6('fe80::5054:ff:fe00:9'), neighbour }
  t.equal(macOf(like6('dhclient-solicit'), eui), '52:54:00:00:00:09')

  const told = [option6.linkLayerAddress, mac(5)] as const
  const lies = {
    ...like6('dhclient-solicit'),
    options: [...like6('dhclient-solicit').options, told],
  }
  t.equal(macOf(lies, eui), '52:54:00:00:00:09', 'a client does not say it')
  const relayed = captured6('dhclient-relayed-solicit')
  const [inner] = relayed.relays
  if (!inner) return t.fail('no relay')
  const says = { ...relayed, relays: [{ ...inner, options: [...inner.options, told] }] }
  t.equal(macOf(says, relay), '52:54:00:00:00:05')
  const far = { ...relayed, relays: [{ ...inner, options: [told] }, inner] }
  t.equal(macOf(far, relay), '52:54:00:99:00:02', 'another relay does not know it')
})
