import t from 'tap'
import { leased, me, other, request, told, unicast } from './conversation.ts'
import { bytesOf, type Change, ip, like, now, world } from './examples.ts'

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
  const next = w.send(
    like('dhclient-discover', { mac: other, options: { 50: bytesOf('10.77.0.60') } }),
  )
  t.match(told(next), /^offer 10.77.0.60/, 'free for others')
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
