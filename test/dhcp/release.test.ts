import t from 'tap'
import { leased, me, other, renew, request, told, unicast } from './conversation.ts'
import { bytesOf, type Change, ip, like, network, now, world } from './examples.ts'

const nak = 'nak -> 255.255.255.255:68'

t.test('release: only by the machine that has the address', async t => {
  const w = leased()
  const release = (address: string, more: Change = {}) =>
    w.send(
      like('dhclient-release', {
        ciaddr: ip(address),
        options: { 54: bytesOf('10.77.0.1') },
        ...more,
      }),
      { arrival: unicast },
    )
  t.match(release('10.77.0.61').reason, /does not have/)
  t.match(release('10.77.0.60', { mac: other }).reason, /does not have/)
  t.match(release('10.77.0.60', { options: { 54: bytesOf('10.9.9.9') } }).reason, /another server/)
  t.match(release('10.77.0.60').lease, { state: 'released', end: now, mac: me })
  t.match(release('10.77.0.60').reason, /does not have/)
  const wanted = { options: { 50: bytesOf('10.77.0.60') } }
  const next = (hardware: typeof me, at: number) =>
    told(w.send(like('dhclient-discover', { mac: hardware, ...wanted }), { at }))
  t.notMatch(next(other, now + 179_999), /10\.77\.0\.60/, 'anybody can write a RELEASE')
  t.match(next(me, now + 1), /^offer 10.77.0.60/, 'whoever had it can have it at once')
  w.offers.drop({ network: 'rack', mac: me })
  w.offers.drop({ network: 'rack', mac: other })
  t.match(next(other, now + 180_000), /^offer 10.77.0.60/, 'free for others')
})

t.test('when all else is taken, what was declined the longest ago comes back', async t => {
  const range = { from: ip('10.77.0.60'), to: ip('10.77.0.61') }
  const w = world({ networks: [network({ range })] })
  const declines = (address: string, at: number) => {
    w.send(request(address, '10.77.0.1'), { at })
    return w.send(request(address, '10.77.0.1', { asked: 'decline' }), { at })
  }
  t.match(declines('10.77.0.60', now).lease, { state: 'declined' })
  t.match(declines('10.77.0.61', now + 1000).lease, { state: 'declined' })
  const at = now + 2000
  t.match(told(w.send(like('dhclient-discover'), { at })), /^offer 10.77.0.60/)
  t.equal(told(w.send(request('10.77.0.61', '10.77.0.1', { mac: other }), { at })), nak)
  t.match(told(w.send(request('10.77.0.60', '10.77.0.1'), { at })), /^ack 10.77.0.60/)
})

t.test('a NAK does not say who has the address', async t => {
  const w = leased()
  const outcome = w.send(request('10.77.0.60', '10.77.0.1', { mac: other }))
  t.match(outcome.reason, me)
  const text = outcome.kind === 'reply' && outcome.reply.options.get(56)
  t.equal(Buffer.from(text || []).toString(), '10.77.0.60 is not for this machine')
})

t.test('nobody can move a machine by asking in its name', async t => {
  const w = leased()
  t.match(told(w.send(request('10.77.0.70', '10.77.0.1'))), /^nak/)
  t.match(w.send(renew('10.77.0.70'), { arrival: unicast }).reason, /^its address is 10.77.0.60/)
  t.equal(w.leases.size, 1)
  t.match(told(w.send(request('10.77.0.60'))), /^ack 10.77.0.60/)
})

t.test('decline: the address is left alone for 10 minutes', async t => {
  const w = leased()
  const decline = (address: string, hardware = me) =>
    w.send(request(address, '10.77.0.1', { asked: 'decline', mac: hardware }))
  t.match(decline('10.77.0.61').reason, /not given/)
  t.match(decline('10.77.0.60', other).reason, /not given/)
  t.match(decline('10.77.0.60').lease, { state: 'declined', end: now + 600_000 })
  const again = (at: number) =>
    told(w.send(like('dhclient-discover', { options: { 50: bytesOf('10.77.0.60') } }), { at }))
  t.notMatch(again(now + 599_000), /10\.77\.0\.60/)
  const offer = w.send(
    like('dhclient-discover', { mac: other, options: { 50: bytesOf('10.77.0.60') } }),
    { at: now + 600_000 },
  )
  t.match(told(offer), /10\.77\.0\.60/)
})

t.test('inform: settings without a lease, to the address it has', async t => {
  const inform = (ciaddr: string) =>
    world().send(like('dhclient-discover', { asked: 'inform', ciaddr: ip(ciaddr) }))
  const outcome = inform('10.77.0.99')
  t.equal(told(outcome), 'ack -> 10.77.0.99:68')
  const options = outcome.kind === 'reply' ? [...outcome.reply.options.keys()] : []
  t.strictSame(options, [1, 3, 6, 15, 28, 53, 54])
  t.notOk(outcome.lease)
  t.match(inform('10.99.0.9').reason, /not in the network/)
})
