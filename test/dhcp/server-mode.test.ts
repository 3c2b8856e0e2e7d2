import t from 'tap'
import type { Outcome } from '../../src/dhcp/outcome.ts'
import { formatIpv4 } from '../../src/wire/address.ts'
import { option } from '../../src/wire/dhcp-codes.ts'
import { textToBytes } from '../../src/wire/dhcp-values.ts'
import { leased, me, other, renew, request, told, unicast } from './conversation.ts'
import { bytesOf, host, ip, like, network, now, world } from './examples.ts'

t.test('DISCOVER, OFFER, REQUEST, ACK: the lease is stored on ACK, the offer never', async t => {
  const w = world()
  const offer = w.send(like('dhclient-discover', { options: { 50: bytesOf('10.77.0.60') } }))
  t.equal(told(offer), 'offer 10.77.0.60 -> 255.255.255.255:68')
  t.equal(w.leases.size, 0)
  const ack = w.send(request('10.77.0.60', '10.77.0.1'))
  t.equal(told(ack), 'ack 10.77.0.60 -> 255.255.255.255:68')
  t.strictSame(ack.lease, {
    address: ip('10.77.0.60'),
    mac: me,
    network: 'rack',
    start: now,
    end: now + 3_600_000,
    state: 'active',
  })
})

t.test('the lease keeps the client id and a host name that is one', async t => {
  const asks = (name: string) => {
    const options = { [option.hostName]: textToBytes(name), [option.serverId]: undefined }
    return world().send(
      like('udhcpc-request', {
        options: { ...options, 54: bytesOf('10.77.0.1'), 50: bytesOf('10.77.0.60') },
      }),
    ).lease
  }
  t.match(asks('node9'), { hostname: 'node9', clientId: '01525400990001' })
  for (const name of ['$(reboot)', 'a b', '-a', '', 'a\nb', 'x'.repeat(254)]) {
    t.notOk('hostname' in (asks(name) ?? {}), JSON.stringify(name))
  }
})

t.test('a host of the config gets its name, with or without a reservation', async t => {
  const w = world({ hosts: [{ host: host('node1', me) }] })
  const nameIn = (outcome: Outcome) =>
    outcome.kind === 'reply' ? outcome.reply.options.get(option.hostName) : 'no reply'
  const name = textToBytes('node1')
  const asks = { options: { [option.parameterList]: Uint8Array.of(1, 3, option.hostName) } }
  t.strictSame(nameIn(w.send(like('dhclient-discover', asks))), name)
  t.strictSame(nameIn(w.send(request('10.77.0.60', '10.77.0.1', asks))), name)
  t.strictSame(
    nameIn(
      w.send(request(undefined, undefined, { ...asks, asked: 'inform', ciaddr: ip('10.77.0.60') })),
    ),
    name,
  )
  t.equal(nameIn(w.send(like('dhclient-discover', { ...asks, mac: other }))), undefined)
})

t.test('three client ids of one machine get one address', async t => {
  const w = world()
  const addresses = ['00', '01 52 54 00 12 34 02', 'ff 00 00 00 01'].map(id => {
    const bytes = Uint8Array.from(id.split(' '), pair => Number.parseInt(pair, 16))
    const options = { [option.clientId]: bytes }
    const offer = w.send(like('ovmf-x64-discover', { options }))
    const address = offer.kind === 'reply' ? formatIpv4(offer.reply.yiaddr) : '0.0.0.0'
    const ask = {
      [option.serverId]: bytesOf('10.77.0.1'),
      [option.requestedAddress]: bytesOf(address),
    }
    w.send(like('ovmf-x64-request', { options: { ...options, ...ask } }))
    return address
  })
  t.equal(new Set(addresses).size, 1)
  t.equal(w.leases.size, 1)
})

t.test('selecting', async t => {
  const w = world()
  t.equal(told(w.send(request('10.77.0.60', '10.99.0.1'))), 'it chose the DHCP server 10.99.0.1')
  t.equal(told(w.send(request('10.77.0.200', '10.77.0.1'))), 'nak -> 255.255.255.255:68')
  w.send(request('10.77.0.60', '10.77.0.1', { mac: other }))
  t.equal(told(w.send(request('10.77.0.60', '10.77.0.1'))), 'nak -> 255.255.255.255:68')
  t.equal(told(w.send(request())), 'a request that names no address')
})

t.test('the offer of a machine that chose another server is free at once', async t => {
  const w = world()
  const wanted = { options: { 50: bytesOf('10.77.0.60') } }
  w.send(like('dhclient-discover', wanted))
  w.send(request('10.99.0.60', '10.99.0.1'))
  const offer = w.send(like('dhclient-discover', { ...wanted, mac: other }))
  t.equal(told(offer), 'offer 10.77.0.60 -> 255.255.255.255:68')
})

t.test('a server with several addresses knows all of them', async t => {
  const second = network({ name: 'second', serverAddress: ip('10.88.0.1') })
  const w = world({ networks: [network(), second] })
  const outcome = w.send(request('10.77.0.60', '10.88.0.1'), { arrival: { network: network() } })
  t.equal(told(outcome), 'ack 10.77.0.60 -> 255.255.255.255:68')
})

t.test('init-reboot: known, unknown and wrong', async t => {
  const w = leased()
  const later = { at: now + 7_200_000 }
  t.equal(told(w.send(request('10.77.0.60'))), 'ack 10.77.0.60 -> 255.255.255.255:68')
  t.equal(told(w.send(request('10.77.0.60'), later)), 'ack 10.77.0.60 -> 255.255.255.255:68')
  t.equal(told(w.send(request('10.77.0.61'))), 'nak -> 255.255.255.255:68')
  t.equal(told(w.send(request('192.168.1.5'))), 'nak -> 255.255.255.255:68')
  const stranger = request('10.77.0.60', undefined, { mac: other })
  t.equal(told(w.send(stranger)), 'no record of it here to confirm (init-reboot)')
})

t.test('a client that takes our offer without naming us gets its lease', async t => {
  const w = world()
  w.send(like('dhclient-discover', { options: { 50: bytesOf('10.77.0.60') } }))
  t.equal(told(w.send(request('10.77.0.61'))), 'no record of it here to confirm (init-reboot)')
  t.equal(told(w.send(request('10.77.0.60'))), 'ack 10.77.0.60 -> 255.255.255.255:68')
})

t.test('init-reboot into a new reservation is refused, so that the machine moves', async t => {
  const w = leased({ hosts: [{ host: host('node1', me, '10.77.0.20') }] })
  t.equal(told(w.send(request('10.77.0.60'))), 'nak -> 255.255.255.255:68')
  t.equal(told(w.send(request('10.77.0.20'))), 'ack 10.77.0.20 -> 255.255.255.255:68')
})

t.test('renewing goes to the client itself and lengthens the lease', async t => {
  const w = leased()
  const outcome = w.send(renew('10.77.0.60'), { arrival: unicast, at: now + 1000 })
  t.equal(told(outcome), 'ack 10.77.0.60 -> 10.77.0.60:68')
  t.match(outcome.lease, { start: now, end: now + 3_601_000 })
  t.equal(outcome.kind === 'reply' && outcome.reply.ciaddr, ip('10.77.0.60'))
})

t.test('renewing: ours though forgotten; not what another has', async t => {
  const w = world()
  t.match(told(w.send(renew('10.77.0.60'), { arrival: unicast })), /^ack/)
  const thief = { ...renew('10.77.0.60'), chaddr: like('ovmf-x64-request').chaddr }
  t.equal(told(w.send(thief, { arrival: unicast })), 'nak -> 255.255.255.255:68')
  t.equal(told(w.send(renew('10.77.0.200'), { arrival: unicast })), 'nak -> 255.255.255.255:68')
})

t.test('rebinding: only who is known here gets an answer', async t => {
  const w = leased()
  t.equal(told(w.send(renew('10.77.0.60'))), 'ack 10.77.0.60 -> 10.77.0.60:68')
  t.match(told(w.send(renew('10.77.0.61'))), /^its address here is 10.77.0.60/)
  t.match(told(world().send(renew('10.77.0.60'))), /^no record of it here/)
})

t.test('through a relay the reply goes to the relay, with its option 82', async t => {
  const giaddr = ip('10.77.0.2')
  const options = { [option.relayAgent]: Uint8Array.of(1, 2, 7, 7) }
  const w = world()
  const offer = w.send(like('dhclient-discover', { giaddr, hops: 1, options }))
  t.match(told(offer), /^offer .* -> 10.77.0.2:67$/)
  t.strictSame(offer.kind === 'reply' && offer.reply.options.get(82), options[82])
  const nak = w.send(request('10.77.0.200', '10.77.0.1', { giaddr, options }))
  t.equal(told(nak), 'nak -> 10.77.0.2:67')
  t.equal(nak.kind === 'reply' && nak.reply.flags, 0x8000)
})

t.test('a full range, and leases for hosts only', async t => {
  const w = leased({
    networks: [network({ range: { from: ip('10.77.0.60'), to: ip('10.77.0.60') } })],
  })
  t.equal(
    told(w.send(like('dhclient-discover', { mac: other }))),
    'no address of the range is free',
  )
  const closed = world({ networks: [network({ leaseTo: 'hosts' })] })
  t.match(told(closed.send(like('dhclient-discover'))), /leases to hosts only/)
})

t.test('what is not for a server', async t => {
  const w = world()
  t.equal(w.send({ ...like('udhcpc-discover'), op: 2 }).reason, 'not from a client')
  t.equal(
    w.send(like('udhcpc-discover', { options: { 53: undefined } })).reason,
    'no DHCP message type (BOOTP)',
  )
  t.equal(w.send(like('udhcpc-discover', { htype: 7, hlen: 1 })).reason, 'no Ethernet address')
  t.equal(w.send(like('udhcpc-discover', { asked: 'ack' })).reason, 'a client does not send ack')
  const off = world({ networks: [network({ mode: 'none' })] })
  t.equal(off.send(like('udhcpc-discover')).reason, 'the network says mode: none')
})
