import type { Test } from 'tap'
import type { Lease } from '../../src/boot/lease.ts'
import { idle } from '../../src/boot/life.ts'
import { lifeIn } from '../../src/boot/life-in.ts'
import { createDeliveries } from '../../src/store/deliveries.ts'
import { createHosts } from '../../src/store/hosts.ts'
import { createInstalls } from '../../src/store/installs.ts'
import { createLeases } from '../../src/store/leases.ts'
import type { Ipv4, Mac } from '../../src/wire/address.ts'
import { ip6 } from '../dhcp6/examples.ts'
import { type Place, withEach } from './engines.ts'
import { address, attempt, delivery, install, mac, start } from './examples.ts'

async function open(t: Test, place: Place) {
  const db = await place.open()
  let closed = false
  const close = async () => {
    if (!closed) await db.close()
    closed = true
  }
  t.teardown(close)
  const stores = {
    hosts: createHosts(db, () => start + 4),
    installs: createInstalls(db),
    leases: createLeases(db),
    deliveries: createDeliveries(db),
  }
  return { ...stores, db, close }
}

const booting = lifeIn('booting', {
  since: start,
  attempt: 2,
  why: { code: 'installer-alive', attempt: 2 },
})

withEach('everything survives a restart', async (t, place) => {
  const lease: Lease = {
    ...{ address, network: 'lan', mac, clientId: '01525400123456', hostname: 'node1' },
    ...{ start, end: start + 3600_000, state: 'active' },
  }
  const written = async () => {
    const { hosts, installs, leases, deliveries, db, close } = await open(t, place)
    db.write(() => {
      installs.add(install('i1'))
      installs.addAttempt(attempt('t1'))
      installs.addAttempt(attempt('t6', { number: 2, address: ip6('2001:db8:77::20') }))
      hosts.saveLife('node1', booting, 'i1', start + 900_000)
      hosts.saveProgress('node1', 40, 'copying')
      hosts.saveFacts('node1', { serial: 'A1' })
      hosts.saveSeen('node1', start + 5)
      leases.save(lease)
      deliveries.add(delivery('i1/2/notify/ready'), start)
    })
    await db.committed()
    await close()
  }
  await written()

  const { hosts, installs, leases, deliveries } = await open(t, place)
  t.strictSame(hosts.get('node1'), {
    ...{ name: 'node1', life: booting, install: 'i1', percent: 40, message: 'copying' },
    ...{ progressAt: start + 4, lastSeen: start + 5 },
  })
  t.strictSame(hosts.facts('node1'), { serial: 'A1' })
  t.strictSame(installs.get('i1'), install('i1'))
  t.strictSame(installs.attempt('t1'), { ...attempt('t1'), void: false, burnt: [] })
  t.equal(installs.attempt('t6')?.address, '2001:db8:77::20')
  t.strictSame(leases.all(), [lease])
  t.match(deliveries.due(start, 10), [{ key: 'i1/2/notify/ready', state: 'due', tries: 0 }])
})

withEach('hosts', async (t, place) => {
  const { hosts } = await open(t, place)
  t.equal(hosts.get('node1'), undefined, 'never seen')
  hosts.know('node1')
  t.strictSame(hosts.get('node1'), { name: 'node1', life: idle })
  hosts.saveLife('node1', booting, 'i1', start)
  hosts.know('node1')
  t.equal(hosts.get('node1')?.life.state, 'booting', 'one that is known stays as it is')

  hosts.saveLife('node2', lifeIn('pending'), 'i2', start + 1)
  hosts.saveLife('node3', lifeIn('installed'), 'i3')
  const names = (records: readonly { name: string }[]) => records.map(({ name }) => name)
  t.strictSame(names(hosts.all()), ['node1', 'node2', 'node3'])
  t.strictSame(names(hosts.running()), ['node1', 'node2'])
  t.strictSame(names(hosts.late(start)), ['node1'])
  hosts.saveDeadline('node1', start + 10)
  t.strictSame(names(hosts.late(start + 1)), ['node2'])
  hosts.saveProgress('node1', 1, 'x')
  hosts.saveProgress('node1', undefined, undefined)
  t.notOk('percent' in (hosts.get('node1') ?? {}))
})

withEach('installs', async (t, place) => {
  const { installs } = await open(t, place)
  const reason = { code: 'installer-failed', message: 'no disk' } as const
  for (let n = 1; n <= 150; n++) {
    const id = `i${String(n).padStart(3, '0')}`
    installs.add(install(id))
    if (n < 150) installs.end(id, start, 'failed', reason)
  }
  installs.add(install('x1', 'node2'))
  t.equal(installs.ofHost('node1', 1000).length, 100, 'the newest hundred are kept')
  t.equal(installs.ofHost('node1', 3)[0]?.id, 'i150')
  t.equal(installs.get('i050'), undefined)
  t.ok(installs.get('x1'))
  installs.end('i150', start + 1, 'failed', reason)
  t.match(installs.get('i150'), { endedAt: start + 1, outcome: 'failed', reason })
})

withEach('attempts', async (t, place) => {
  const { installs } = await open(t, place)
  installs.addAttempt(attempt('t1'))
  installs.addAttempt(attempt('t2', { number: 2, openedAt: start + 1000 }))
  const { install: _, ...netboot } = attempt('n1', { number: 7 })
  installs.addAttempt(netboot)
  t.equal(installs.attempt('nonsense'), undefined)
  t.equal(installs.currentAttempt('node1', 'i1')?.token, 't2')
  t.equal(installs.currentAttempt('node1')?.token, 'n1', 'a netboot has no install')
  t.equal(installs.currentAttempt('node1', 'i2'), undefined)
  t.equal(installs.currentAttempt('node2', 'i1'), undefined)
  t.throws(() => installs.addAttempt(attempt('t1')), 'a token is one attempt')

  installs.addAttempt(attempt('p1', { number: 3, prepared: true }))
  t.equal(installs.currentAttempt('node1', 'i1')?.token, 't2', 'what is prepared does not count')
  t.equal(installs.preparedAttempt('node1', 3, 'i1')?.token, 'p1')
  t.equal(installs.preparedAttempt('node1', 2, 'i1'), undefined)
  t.equal(installs.preparedAttempt('node1', 3), undefined)
  installs.addAttempt(attempt('p2', { number: 3, prepared: true }))
  t.equal(installs.attempt('p1'), undefined, 'one of each host')
  installs.addAttempt(attempt('p2', { number: 3 }))
  t.match(installs.currentAttempt('node1', 'i1'), { token: 'p2', prepared: undefined })
  t.equal(installs.preparedAttempt('node1', 3, 'i1'), undefined)
  installs.voidAttemptsAfter({ ...attempt('t2', { number: 2 }), void: false, burnt: [] })

  installs.voidAttemptsBefore(start + 1)
  t.equal(installs.attempt('t1')?.void, true)
  t.equal(installs.currentAttempt('node1', 'i1')?.token, 't2')
  installs.voidAttempts('node1')
  t.equal(installs.currentAttempt('node1', 'i1'), undefined)
  installs.add(install('i2'))
  t.equal(installs.attempt('t2'), undefined, 'the next install forgets void tokens')
})

withEach('leases', async (t, place) => {
  const { leases } = await open(t, place)
  const lease = (n: number, more: Partial<Lease> = {}): Lease => ({
    address: (address + n) as Ipv4,
    ...{ network: 'lan', mac, start, end: start + n, state: 'active' },
    ...more,
  })
  leases.save(lease(1))
  leases.save(lease(2))
  leases.save(lease(3, { network: 'other' }))
  leases.save(lease(4, { mac: '52:54:00:99:99:99' as Mac }))
  t.strictSame(leases.byMac('lan', mac), lease(2), 'the one that lasts longest')
  t.strictSame(leases.byMac('other', mac), lease(3, { network: 'other' }))
  t.equal(leases.byMac('nowhere', mac), undefined)
  t.strictSame(leases.byAddress((address + 4) as Ipv4)?.mac, '52:54:00:99:99:99')
  leases.save(lease(4, { state: 'released', end: start }))
  t.strictSame(leases.byAddress((address + 4) as Ipv4), lease(4, { state: 'released', end: start }))
  t.equal(leases.all().length, 4, 'an address has one lease')
  const high = lease(0, { address: 0xfffffffe as Ipv4 })
  leases.save(high)
  t.strictSame(leases.byAddress(high.address), high, 'addresses are unsigned')
})

withEach('deliveries: a key is there once', async (t, place) => {
  const { deliveries } = await open(t, place)
  deliveries.add(delivery('k1', { body: 'first' }), start)
  deliveries.add(delivery('k1', { body: 'second' }), start + 1)
  t.match(deliveries.ofHost('node1', 10), [{ body: 'first', createdAt: start }])
  const id = deliveries.ofHost('node1', 1)[0]?.id ?? 0
  deliveries.start(id)
  deliveries.end(id, 'delivered')
  deliveries.add(delivery('k1'), start + 2)
  t.match(deliveries.ofHost('node1', 10), [{ state: 'delivered' }], 'not even when it has ended')
})

withEach('deliveries: what is due, running, retried and ended', async (t, place) => {
  const { deliveries } = await open(t, place)
  const keys = (list: readonly { key: string }[]) => list.map(({ key }) => key)
  for (const [n, role] of (['report', 'report', 'deploy'] as const).entries())
    deliveries.add(delivery(`k${n}`, { role }), start + n)
  const [first, second, third] = deliveries.due(start + 9, 10).map(({ id }) => id)
  t.strictSame(keys(deliveries.due(start, 10)), ['k0'])
  t.strictSame(keys(deliveries.due(start + 9, 2)), ['k0', 'k1'])
  t.strictSame(deliveries.due(start + 9, 0), [])
  t.equal(deliveries.nextAt(), start)

  deliveries.start(first ?? 0)
  t.strictSame(keys(deliveries.running()), ['k0'])
  t.equal(deliveries.isRunning(first ?? 0), true)
  t.equal(deliveries.isRunning(second ?? 0), false)
  deliveries.saveGroup(first ?? 0, 4711, 99)
  t.match(deliveries.running(), [{ group: { pgid: 4711, start: 99 }, tries: 1 }])
  const error = { code: 'answered-status', status: 503 } as const
  deliveries.retry(first ?? 0, start + 500, error)
  t.match(deliveries.due(start + 500, 10).at(-1), { key: 'k0', error })

  deliveries.endDeploy('i1')
  t.match(deliveries.ofHost('node1', 1), [{ id: third, state: 'ended' }])
  t.strictSame(keys(deliveries.due(start + 500, 10)), ['k1', 'k0'], 'reports go on')

  deliveries.end(second ?? 0, 'undelivered', error)
  deliveries.dropBefore(start + 1000)
  t.strictSame(keys(deliveries.ofHost('node1', 10)), ['k0'], 'what is still due is never dropped')
})
