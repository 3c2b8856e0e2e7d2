import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import { createEvents } from '../../src/store/events.ts'
import { createHosts } from '../../src/store/hosts.ts'
import { createInstalls } from '../../src/store/installs.ts'
import { createLeases } from '../../src/store/leases.ts'
import { migrate } from '../../src/store/migrate.ts'
import { urlsOf } from '../../src/store/postgres/connect.ts'
import { openPostgres } from '../../src/store/postgres/engine.ts'
import { tables } from '../../src/store/postgres/tables.ts'
import type { Ipv4 } from '../../src/wire/address.ts'
import { forTests } from './engines.ts'
import { address, install, mac, start } from './examples.ts'
import {
  lacksPostgres,
  type PostgresServer,
  startPostgres,
  type TestDatabase,
} from './postgres-server.ts'

const skip = { skip: lacksPostgres }
let running: Promise<PostgresServer> | undefined

/** A database of its own on the one server of these tests. */
async function makeDatabase() {
  running ??= startPostgres(t)
  const server = await running
  return { ...server, ...server.newDatabase() }
}

const lease = {
  address,
  network: 'lan',
  mac,
  start,
  end: start + 3600_000,
  state: 'active',
} as const
const away = { name: 'StoreError', message: /^the database is away, so new leases .*wait: ./ }

/** A daemon's memory; `lost` is why it had to end. */
async function open(t: Test, { urlFile }: Pick<TestDatabase, 'urlFile'>, daemon = 'first') {
  const lost: Error[] = []
  const opened = await openPostgres({
    ...{ ...forTests, urlFile, daemon },
    lost: error => lost.push(error),
  })
  t.teardown(() => opened.db.close())
  const { db, history, upkeep } = opened
  return {
    ...{ db, history, upkeep, lost },
    hosts: createHosts(db),
    installs: createInstalls(db),
    leases: createLeases(db),
    events: createEvents(db, Date.now, () => ({ events: 3600, perHost: 5000 })),
  }
}

/** Takes over as after five seconds in which the first did not run; that one may renew in between. */
async function openAfterSilence(t: Test, server: TestDatabase): Promise<Opened> {
  for (;;) {
    server.psql(`update owners set renewed = '-infinity'`)
    const opened = await open(t, server, 'second').catch((error: Error) => error)
    if (!(opened instanceof Error)) return opened
    if (!opened.message.includes('standing by')) throw opened
  }
}

type Opened = Awaited<ReturnType<typeof open>>

/** Writes until it is there again. */
async function untilBack({ db, hosts }: Opened): Promise<void> {
  for (;;) {
    hosts.know('back')
    const isThere = await db.committed().then(
      () => true,
      () => false,
    )
    if (isThere && db.away?.() === undefined) return
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

t.test('its tables have every column of the memory', async t => {
  const memory = new DatabaseSync(':memory:')
  migrate(memory)
  const names = memory
    .prepare(
      `select name from sqlite_master where type = 'table' and name not like 'sqlite_%'
       and name <> 'migrations' order by name`,
    )
    .all()
    .map(({ name }) => String(name))
  t.strictSame(tables.map(({ name }) => name).sort(), [...names, 'learnt'].sort())
  for (const { name, columns, key } of tables.filter(({ name }) => name !== 'learnt')) {
    const found = memory.prepare('select name, pk from pragma_table_info(?)').all(name)
    t.strictSame(
      found.map(({ name }) => name),
      Object.keys(columns),
      name,
    )
    const keys = found.filter(({ pk }) => pk !== 0).map(({ name }) => name)
    t.strictSame(keys, key, `the key of ${name}`)
  }
})

t.test('a URL may name several hosts', async t => {
  const [one, two] = ['postgres://me:p%40ss@db1:5433/boot?sslmode=require', '/boot?sslmode=require']
  t.strictSame(urlsOf('postgres://me:p%40ss@db1:5433,db2/boot?sslmode=require\n'), [
    one,
    `postgres://me:p%40ss@db2${two}`,
  ])
  t.strictSame(urlsOf('postgresql:///boot?host=/run/postgresql'), [
    'postgresql:///boot?host=/run/postgresql',
  ])
  for (const wrong of ['', 'db1', 'mysql://a/b', 'postgres://a,b', 'postgres://u:secret@a'])
    t.throws(() => urlsOf(wrong), { message: /^(?!.*secret).*is to be one line like postgres:/ })
})

t.test('what is written can be read with psql', skip, async t => {
  const server = await makeDatabase()
  const { db, leases, events, history, hosts } = await open(t, server)
  await leases.save({ ...lease, hostname: 'a\0b' })
  hosts.know('node1', [mac])
  hosts.saveFacts('node1', { odd: 'NUL \0, half a pair \ud800, \' " \\ {}' })
  events.record({ host: 'node1', kind: 'callback', code: 'output', data: { text: 'one' } } as never)
  await db.committed()
  const columns = 'address, mac, hostname, extract(epoch from "end")::bigint, state'
  const end = (start + 3600_000) / 1000
  t.equal(server.psql(`select ${columns} from leases`), `10.77.0.20|${mac}|a\uFFFDb|${end}|active`)
  t.equal(server.psql('select mac from macs'), mac)
  t.match(await history.newest(10, 'node1'), [{ kind: 'callback', count: 1 }])
  t.throws(
    () => server.psql(`insert into leases select * from leases`),
    /leases_pkey/,
    'an address has one lease',
  )
  await db.close()
  const again = await open(t, server)
  t.strictSame(again.hosts.facts('node1'), { odd: 'NUL \0, half a pair \ud800, \' " \\ {}' })
})

t.test('a host has one install at a time', skip, async t => {
  const server = await makeDatabase()
  const { db, installs, hosts, lost } = await open(t, server)
  hosts.know('before')
  await db.committed()
  db.write(() => {
    hosts.know('node1')
    installs.add(install('i1'))
    installs.add(install('i2'))
  })
  await t.rejects(db.committed())
  t.match(lost, [{ name: 'StoreError', message: /refuses .*\(23505\): .*installs_running/ }])
  t.equal(server.psql('select name from hosts'), 'before', 'nothing of the turn is there')
})

for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
  const what = signal === 'SIGINT' ? 'restarted' : 'killed'
  t.test(`nothing is lost while PostgreSQL is ${what}`, skip, async t => {
    const server = await makeDatabase()
    const opened = await open(t, server)
    const { db, leases, hosts, lost } = opened
    await leases.save(lease)
    await server.stop(signal)
    const other = { ...lease, address: (address + 1) as Ipv4 }
    // A client that hears nothing asks again.
    const repeated = [0, 1, 2].map(n => leases.save({ ...other, end: other.end + n }))
    t.equal(leases.kept(other.address), undefined, 'what is on its way is not kept')
    for (const one of repeated) await t.rejects(one, away)
    t.match(db.away?.(), away.message)
    t.notMatch(leases.byAddress(other.address), { state: 'active' }, 'nobody has what was not kept')
    t.match(leases.kept(lease.address), lease)
    t.equal(db.isBusy(), true, 'so nothing is prepared')
    hosts.know('node1')
    await t.rejects(db.committed(), away, 'at once')

    await server.start()
    await untilBack(opened)
    await db.committed()
    t.equal(server.psql(`select count(*) from hosts where name = 'node1'`), '1')
    t.equal(server.psql('select count(*) from leases'), '2')
    t.strictSame(lost, [])
  })
}

t.test('PostgreSQL stands still', skip, async t => {
  const server = await makeDatabase()
  const opened = await open(t, server)
  const { db, hosts, history } = opened
  hosts.know('node1')
  await db.committed()
  server.freeze()
  hosts.know('node2')
  await t.rejects(db.committed(), away)
  server.thaw()
  await untilBack(opened)
  t.equal(server.psql('select count(*) from hosts'), '3')
  t.strictSame(await history.newest(1), [])
})

t.test('a long time without PostgreSQL fills no memory', skip, async t => {
  const server = await makeDatabase()
  const opened = await open(t, server)
  const { db, events } = opened
  await server.stop()
  const record = (n: number) =>
    events.record({ host: `h${n % 100}`, kind: 'state', code: `c${n}`, data: {} } as never)
  record(0)
  await t.rejects(db.committed(), away)
  t.equal(db.isCrowded?.(), false)
  db.write(() => {
    for (let n = 1; n <= 30_000; n++) record(n)
  })
  t.equal(db.isCrowded?.(), true)
  await server.start()
  await untilBack(opened)
  t.equal(db.isCrowded?.(), false)
  t.equal(server.psql('select count(*) from events'), '30001', 'they are all there')
})

t.test('who was silent for too long writes nothing more', skip, async t => {
  const server = await makeDatabase()
  const first = await open(t, server)
  first.hosts.know('node1')
  await first.db.committed()
  const second = await openAfterSilence(t, server)
  t.ok(second.hosts.get('node1'))
  first.hosts.know('node2')
  await t.rejects(first.db.committed())
  t.match(first.lost, [{ name: 'StoreError', message: /^another daemon has taken over/ }])
  t.equal(server.psql('select name from hosts'), 'node1')
  t.match(server.psql('select daemon, epoch from owners'), 'second|2')
  second.hosts.know('node3')
  await second.db.committed()
})

t.test('a batch that comes once more, late, changes nothing', skip, async t => {
  const server = await makeDatabase()
  const { db, hosts } = await open(t, server)
  for (const name of ['node1', 'node2', 'node3']) {
    hosts.know(name)
    await db.committed()
  }
  const kept = () => server.psql("select string_agg(name, ' ' order by name) from hosts")
  const last = Number(server.psql('select max(number) from batches'))
  for (const number of [last - 1, last]) {
    // As on a connection that was given up while the server stood still.
    const late = `begin; select keep_batch(1, ${number}, ''); delete from hosts; commit`
    t.throws(() => server.psql(late), /is kept/)
    t.equal(kept(), 'node1 node2 node3')
  }
  hosts.know('node4')
  await db.committed()
  t.equal(kept(), 'node1 node2 node3 node4')

  server.psql(`insert into batches (epoch, number, changes) values (1, ${last + 2}, '')`)
  hosts.know('node5')
  await db.committed()
  t.equal(kept(), 'node1 node2 node3 node4', 'what is there already is not done again')
})

t.test('a second daemon stands by until the first has ended', skip, async t => {
  const server = await makeDatabase()
  const first = await open(t, server)
  const told: string[] = []
  const second = await openPostgres({
    ...{ ...forTests, urlFile: server.urlFile, daemon: 'second' },
    waits: sentence => told.push(sentence),
  })
  const { db, peers } = second
  t.teardown(() => db.close())
  t.match(told, [/^standing by: first has the database since 20/])
  t.equal(peers.standsBy(), told[0])
  const hosts = createHosts(db)
  t.throws(() => hosts.know('node2'), {
    name: 'StoreError',
    message: told[0] ?? '',
    statusCode: 503,
  })
  await t.rejects(db.committed(), { message: told[0] ?? '' })
  first.hosts.know('node1')
  await first.db.close()
  await peers.works
  t.ok(hosts.get('node1'))
  t.equal(peers.standsBy(), undefined)
  hosts.know('node2')
  await db.committed()
})

t.test('it is new until somebody settles it', skip, async t => {
  const server = await makeDatabase()
  const isNew = async (settles: boolean) => {
    const { db } = await open(t, server)
    if (settles) db.settle()
    await db.close()
    return db.isNew
  }
  t.equal(await isNew(false), true)
  t.equal(await isNew(true), true)
  t.equal(await isNew(false), false)
})

t.test('what a later bootwright has changed is refused in one sentence', skip, async t => {
  const server = await makeDatabase()
  await (await open(t, server)).db.close()
  server.psql(`insert into migrations values ('999-of-tomorrow', now())`)
  await t.rejects(open(t, server), {
    name: 'StoreError',
    message: /^cannot open PostgreSQL: a later bootwright .*\(999-of-tomorrow;.*start that one/,
  })
})

t.test('timelines are kept there, and a few lines of each in memory', skip, async t => {
  const server = await makeDatabase()
  const { db, events, history, upkeep } = await open(t, server)
  const line = (n: number) =>
    events.record({ host: 'node1', kind: 'state', code: `c${n}`, data: {} } as never)
  for (let n = 0; n < 100; n++) {
    line(n)
    if (n % 10 === 0) await db.committed()
  }
  line(99)
  await db.committed()
  t.ok(events.newest(1000).length < 50)
  const all = await history.newest(1000, 'node1')
  t.equal(all.length, 100)
  t.match(all.at(-1), { code: 'c99', count: 2 })
  t.match(await history.after(all[3]?.id ?? 0, 2), [{ code: 'c4' }, { code: 'c5' }])
  t.match(await history.newest(1, undefined, { before: all[9]?.id ?? 0 }), [{ code: 'c8' }])
  t.strictSame(await history.newest(9, 'node1', { kinds: ['dhcp', 'syslog'] }), [])
  await upkeep.dropOld({ before: 0, perHost: 30 })
  t.equal((await history.newest(1000)).length, 30)
  await upkeep.dropOld({ before: Date.now() + 60_000, perHost: 30 })
  t.equal((await history.newest(1000)).length, 0)
})
