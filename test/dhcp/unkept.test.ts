import t from 'tap'
import { option } from '../../src/wire/dhcp-codes.ts'
import { me, other, renew, request, told, unicast } from './conversation.ts'
import { host, ip, like, now, world } from './examples.ts'

/** A world in which `me` has 10.77.0.60, and in which from then on no lease can be kept. */
function place(hosts: Parameters<typeof host>[] = []) {
  let away = false
  const w = world({ away: () => away, hosts: hosts.map(one => ({ host: host(...one) })) })
  w.send(request('10.77.0.60', '10.77.0.1'))
  away = true
  return w
}

const secondsOf = (outcome: ReturnType<ReturnType<typeof place>['send']>) => {
  const bytes = outcome.kind === 'reply' ? outcome.reply.options.get(option.leaseTime) : undefined
  return bytes && Buffer.from(bytes).readUInt32BE()
}

t.test('a lease that is kept goes on to its end, and no further', async t => {
  const w = place()
  const renewed = w.send(renew('10.77.0.60'), { arrival: unicast, at: now + 1_800_000 })
  t.match(told(renewed), /^ack 10\.77\.0\.60/)
  t.equal(secondsOf(renewed), 1800)
  t.notOk(renewed.lease, 'nothing is to be written')
  const again = w.send(like('dhclient-discover', { mac: me }), { at: now + 1_900_000 })
  t.match(told(again), /^offer 10\.77\.0\.60/)
  t.equal(secondsOf(again), 1700)
  t.notOk(again.hold)
  const late = w.send(renew('10.77.0.60'), { arrival: unicast, at: now + 3_600_000 })
  t.match(told(late), /the database is away/, 'it has ended')
})

t.test('a lease that is on its way to the database is not kept yet', async t => {
  const w = place()
  Object.assign(w.deps.leases, { kept: () => undefined })
  t.match(told(w.send(request('10.77.0.60', '10.77.0.1'))), /the database is away/)
  Object.assign(w.deps.leases, { kept: () => w.leases.get(ip('10.77.0.60')) })
  t.match(told(w.send(request('10.77.0.60', '10.77.0.1'))), /^ack 10\.77\.0\.60/)
})

t.test('nobody gets a new address', async t => {
  const w = place()
  t.match(told(w.send(like('dhclient-discover', { mac: other }))), /the database is away/)
  const asked = w.send(request('10.77.0.61', '10.77.0.1', { mac: other }))
  t.match(told(asked), /the database is away/)
  t.notOk(asked.lease)
})

t.test('a reservation is given: it is nobody else’s', async t => {
  const w = place([['node1', other, '10.77.0.20']])
  t.match(told(w.send(like('dhclient-discover', { mac: other }))), /^offer 10\.77\.0\.20/)
  const given = w.send(request('10.77.0.20', '10.77.0.1', { mac: other }))
  t.match(told(given), /^ack 10\.77\.0\.20/)
  t.equal(secondsOf(given), 3600)
  t.notOk(given.lease)
})

t.test('what a client gives back is not written either', async t => {
  const w = place()
  const back = w.send(like('dhclient-release', { mac: me, ciaddr: ip('10.77.0.60') }))
  t.equal(back.kind, 'none')
  t.notOk(back.lease)
})
