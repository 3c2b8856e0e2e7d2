import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import type { Forwarded } from '../../src/base/forwarded.ts'
import type { Lease } from '../../src/boot/lease.ts'
import { createAdminLog } from '../../src/store/admin-log.ts'
import { createDeliveries } from '../../src/store/deliveries.ts'
import { createEvents } from '../../src/store/events.ts'
import { createHostCards } from '../../src/store/host-cards.ts'
import { createHosts } from '../../src/store/hosts.ts'
import { createInstalls } from '../../src/store/installs.ts'
import { createLeases } from '../../src/store/leases.ts'
import { createLeases6 } from '../../src/store/leases6.ts'
import { migrate } from '../../src/store/migrate.ts'
import { createNicVendors } from '../../src/store/nic-vendors.ts'
import { connect, urlsIn } from '../../src/store/postgres/connect.ts'
import { openPostgres } from '../../src/store/postgres/engine.ts'
import { createFollower } from '../../src/store/postgres/follower.ts'
import { tables } from '../../src/store/postgres/tables.ts'
import type { Ipv4 } from '../../src/wire/address.ts'
import { until } from '../daemon/daemon.ts'
import { forTests } from './engines.ts'
import { address, attempt, delivery, install, mac, start } from './examples.ts'
import {
  lacksPostgres,
  type PostgresServer,
  startPostgres,
  type TestDatabase,
} from './postgres-server.ts'

const skip = { skip: lacksPostgres }
let running: Promise<PostgresServer> | undefined

async function makeDatabase() {
  running ??= startPostgres(t)
  const server = await running
  return { ...server, ...server.newDatabase() }
}

/** A daemon's memory. The first one works, those after it stand by. */
async function open(t: Test, { urlFile }: Pick<TestDatabase, 'urlFile'>, daemon: string) {
  const lost: Error[] = []
  const { db, peers } = await openPostgres({
    ...{ ...forTests, urlFile, daemon, waits: () => {} },
    lost: error => lost.push(error),
  })
  t.teardown(() => db.close())
  return {
    ...{ db, peers, lost },
    hosts: createHosts(db),
    installs: createInstalls(db),
    deliveries: createDeliveries(db),
    leases: createLeases(db),
    leases6: createLeases6(db),
    cards: createHostCards(db),
    vendors: createNicVendors(db),
    log: createAdminLog(db, Date.now),
    events: createEvents(db, Date.now, () => ({ events: 3600, perHost: 5000 })),
  }
}

type Opened = Awaited<ReturnType<typeof open>>

/** All that is in memory and decisions are made by. */
function contentOf({ db }: Opened): Record<string, string[]> {
  const hot = tables.filter(({ name }) => name !== 'events' && name !== 'learnt')
  return Object.fromEntries(
    hot.map(({ name, columns }) => {
      const names = Object.keys(columns).map(column => `"${column}"`)
      const rows = db.statement(`select ${names.join(', ')} from ${name}`).all()
      return [name, rows.map(row => JSON.stringify(row)).sort()]
    }),
  )
}

async function untilAlike(t: Test, one: Opened, other: Opened, what: string): Promise<void> {
  const isAlike = () => JSON.stringify(contentOf(one)) === JSON.stringify(contentOf(other))
  await until(what, isAlike).catch(() => {})
  t.strictSame(contentOf(other), contentOf(one), what)
}

const leaseAt = (n: number): Lease => ({
  ...{ address: (address + n) as Ipv4, network: 'lan', mac },
  ...{ start, end: start + 3600_000, state: 'active' },
})

t.test('who stands by has in memory what the other one writes', skip, async t => {
  const server = await makeDatabase()
  const first = await open(t, server, 'first')
  first.hosts.know('node1', [mac])
  await first.leases.save(leaseAt(0))
  const second = await open(t, server, 'second')
  t.strictSame(contentOf(second), contentOf(first), 'from the beginning')
  const heard: unknown[] = []
  second.events.listenAfar(event => heard.push(event))
  t.equal(second.hosts.get('node1')?.life.state, 'idle')

  first.db.write(() => {
    first.installs.add(install('i1'))
    first.installs.addAttempt(attempt('t1'))
    first.hosts.saveLife(
      'node1',
      { ...first.hosts.get('node1')?.life, state: 'pending' } as never,
      'i1',
    )
    first.cards.save(mac, 'node1', start)
    first.vendors.save('52:54:00', 'ipxe.efi', start)
    first.deliveries.add(delivery('k1'), start)
    first.log.add({ who: 'me', address: '::1', action: 'install', text: 'x', hosts: ['node1'] })
    first.events.record({ host: 'node1', kind: 'state', code: 'pending', data: {} } as never)
  })
  first.leases.prepare(leaseAt(1), start)
  await first.db.committed()
  await untilAlike(t, first, second, 'everything')
  t.equal(second.hosts.get('node1')?.life.state, 'pending', 'also where it was read before')
  t.equal(second.installs.get('i1')?.host, 'node1')
  t.equal(second.installs.file('t1', 'preseed'), 'd-i node1\n')
  t.strictSame([...second.cards.known], [[mac, 'node1']])
  t.equal(second.vendors.isSilent('52:54:00'), true)
  t.match(heard, [{ host: 'node1', code: 'pending' }])
  t.match(second.leases.byAddress(leaseAt(1).address), { state: 'active' })

  // One that was offered and not taken; and what hangs on a row goes with it.
  first.leases.restoreAll()
  first.installs.end('i1', start + 1, 'cancelled', { code: 'cancelled' } as never)
  first.installs.voidAttempts('node1')
  first.installs.add(install('i2'))
  first.cards.forget(mac)
  await first.db.committed()
  await untilAlike(t, first, second, 'what is gone')
  t.match(second.leases.byAddress(leaseAt(1).address), { state: 'released' })
  t.equal(second.installs.get('i1')?.endedAt, start + 1)
  t.equal(second.installs.hasFile('t1', 'preseed'), false)
  t.equal(second.cards.known.size, 0)
})

t.test('after a crash, a gap and another owner everything is read again', skip, async t => {
  const server = await makeDatabase()
  const first = await open(t, server, 'first')
  const second = await open(t, server, 'second')
  await first.leases.save(leaseAt(0))
  await untilAlike(t, first, second, 'before')
  // What is followed is not kept through a crash.
  await server.stop('SIGQUIT')
  await server.start()
  await until('the database', () =>
    first.leases.save(leaseAt(1)).then(
      () => true,
      () => false,
    ),
  )
  await untilAlike(t, first, second, 'after a crash')
  server.psql('delete from batches')
  for (let n = 2; n < 5; n++) await first.leases.save(leaseAt(n))
  server.psql('delete from batches where number < (select max(number) from batches)')
  await untilAlike(t, first, second, 'after a gap')

  const third = await open(t, server, 'third')
  await first.db.close()
  const [next, other] = await Promise.race([
    second.peers.works.then(() => [second, third] as const),
    third.peers.works.then(() => [third, second] as const),
  ])
  await next.leases.save(leaseAt(9))
  await untilAlike(t, next, other, 'after another owner')
  t.strictSame([first.lost, second.lost, third.lost], [[], [], []])
})

t.test('who takes over has what was kept, whatever it had followed', skip, async t => {
  const server = await makeDatabase()
  const first = await open(t, server, 'first')
  const second = await open(t, server, 'second')
  await first.leases.save(leaseAt(0))
  await untilAlike(t, first, second, 'before')
  // As if it had followed wrongly, and had not heard of it.
  server.psql(`update leases set hostname = 'kept'; insert into macs values ('52:54:00:00:00:99')`)
  // As after five seconds in which the first did not run.
  server.psql(`update owners set epoch = epoch + 1, renewed = '-infinity'`)
  await second.peers.works
  t.match(second.leases.byAddress(address), { hostname: 'kept' })
  t.equal(second.hosts.knowsMac('52:54:00:00:00:99' as never), true)
  await t.rejects(first.leases.save(leaseAt(1)))
  t.match(first.lost, [{ message: /^another daemon has taken over/ }])
  await second.leases.save(leaseAt(2))
  t.equal(server.psql('select count(*) from leases'), '2')
})

t.test('a database that is left is taken with the next look, whatever the time', skip, async t => {
  const server = await makeDatabase()
  const first = await open(t, server, 'first')
  const memory = new DatabaseSync(':memory:')
  migrate(memory)
  memory.exec('create table learnt (name text primary key)')
  const follower = createFollower({
    ...{ memory, self: { ...forTests, daemon: 'second' }, changed: () => {}, now: () => 0 },
    open: () => connect(urlsIn(server.urlFile), { pipeline: false }),
  })
  t.teardown(follower.close)
  t.match(await follower.turn(), { owner: 'first' })
  t.match(await follower.turn(), { owner: 'first' })
  await first.db.close()
  t.match(await follower.turn(), { held: { epoch: 2 } })
})

t.test('what one that stands by is asked is done by the other one, once', skip, async t => {
  const server = await makeDatabase()
  const first = await open(t, server, 'first')
  const second = await open(t, server, 'second')
  const asked: Forwarded[] = []
  for (const { peers } of [first, second]) {
    peers.serve(async one => {
      asked.push(one)
      if (one.url === '/wrong') throw new Error('wrong')
      return { status: 200, type: 'text/plain', body: `did ${one.url}` }
    })
  }
  const request = { method: 'POST', url: '/x', headers: { a: 'b' }, body: '{}' }
  const actor = { name: 'me', scope: 'admin', address: '::1' }
  t.strictSame(await second.peers.forward({ ...request, actor }), {
    ...{ status: 200, type: 'text/plain', body: 'did /x' },
  })
  t.strictSame(asked, [{ ...request, actor }])
  t.equal(server.psql('select count(*) from requests'), '0')
  t.match(await second.peers.list(), [
    { name: 'first', version: '0', owns: true, isSilent: false },
    { name: 'second', owns: false, isSilent: false },
  ])
  await second.db.close()
  t.match(await first.peers.list(), [{ name: 'first' }], 'who has left is not missed')
})

t.test('where machines reach the others, whoever works', skip, async t => {
  const server = await makeDatabase()
  const urlsOf = (one: string) => () => ({
    lan: [`http://${one}:80`, `http://[fd00::${one}]:80`],
    [one]: ['http://x'],
  })
  const opened = []
  for (const one of ['1', '2']) {
    const { db, peers } = await openPostgres({
      ...{ ...forTests, urlFile: server.urlFile, daemon: one, waits: () => {}, urls: urlsOf(one) },
    })
    t.teardown(() => db.close())
    opened.push(peers)
  }
  const [first, second] = opened
  const of = (one: string) => urlsOf(one)().lan
  await until('what the second tells', () => first?.urls('lan').length === 2)
  t.strictSame([first?.urls('lan'), second?.urls('lan')], [of('2'), of('1')])
  t.strictSame([first?.urls('2'), first?.urls('1')], [['http://x'], []])

  // One that is silent comes last, and is forgotten in the end; nothing but a URL goes into a script.
  server.psql(`insert into daemons select '0', version, started, heard - interval '10 s', 1, 1,
    '{"lan": ["http://0", "http://0 || reboot", "http://0/x", "ftp://0"]}' from daemons limit 1`)
  await until('the silent one', () => first?.urls('lan').length === 3)
  t.strictSame(first?.urls('lan'), [...(of('2') ?? []), 'http://0'])
  server.psql(`update daemons set heard = heard - interval '1 h' where name = '0'`)
  await until('that it is forgotten', () => first?.urls('lan').length === 2)
})
