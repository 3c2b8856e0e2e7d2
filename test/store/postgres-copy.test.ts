import { readFileSync } from 'node:fs'
import t from 'tap'
import type { EventContent } from '../../src/boot/event.ts'
import { createDeliveries } from '../../src/store/deliveries.ts'
import { createEvents } from '../../src/store/events.ts'
import { createHosts } from '../../src/store/hosts.ts'
import { createInstalls } from '../../src/store/installs.ts'
import { createLeases } from '../../src/store/leases.ts'
import { copyStore } from '../../src/store/postgres/copy.ts'
import { openPostgres } from '../../src/store/postgres/engine.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import type { Ipv4 } from '../../src/wire/address.ts'
import { bootwright } from '../daemon/daemon.ts'
import { makeFolder } from '../folder.ts'
import { forTests } from './engines.ts'
import { address, attempt, delivery, install, mac, start } from './examples.ts'
import { lacksPostgres, startPostgres } from './postgres-server.ts'

/** Installs that a host has at a time; more than one is what PostgreSQL refuses. */
async function fill(dataDir: string, installs = 1): Promise<void> {
  const db = await openSqlite(dataDir)
  const leases = createLeases(db)
  const lease = { network: 'lan', mac, start, end: start + 3600_000, state: 'active' } as const
  for (let n = 0; n < 1200; n++) void leases.save({ ...lease, address: (address + n) as Ipv4 })
  createHosts(db).know('node1', [mac])
  for (let n = 0; n < installs; n++) createInstalls(db).add(install(`i${n}`))
  createInstalls(db).addAttempt(attempt('t1'))
  createDeliveries(db).add(delivery('i0/1/notify/ready'), start)
  const content = { kind: 'state', code: 'of-tomorrow', data: {} } as unknown as EventContent
  createEvents(db, Date.now, () => ({ events: 60, perHost: 50 })).record({
    host: 'node1',
    ...content,
  })
  db.settle()
  await db.committed()
  await db.close()
}

t.test('a memory is copied whole or not at all', { skip: lacksPostgres }, async t => {
  const server = await startPostgres(t)
  const { urlFile, psql } = server.newDatabase()
  const folders = makeFolder(t, { good: {}, bad: {}, none: {} })
  await fill(`${folders}/bad`, 2)
  const copy = (name: string) =>
    bootwright(['store', 'copy', '--from', `${folders}/${name}`, '--to', urlFile])
  t.match(await copy('none'), {
    code: 1,
    stderr: /^bootwright store: there is no bootwright.db in /,
  })
  t.match(await copy('bad'), { code: 1, stderr: /nothing was copied .*installs_running"\n$/ })
  t.equal(psql('select count(*) from leases'), '0')

  await fill(`${folders}/good`)
  t.match(await copy('good'), { code: 0, stdout: /^copied 1,2\d\d rows\n$/ })
  t.match(await copy('good'), { code: 1, stderr: /is not empty: it has rows in hosts\n$/ })
  const { db, history } = await openPostgres({ ...forTests, urlFile })
  t.teardown(() => db.close())
  t.equal(db.isNew, false)
  t.equal(createLeases(db).all().length, 1200)
  t.strictSame(createInstalls(db).get('i0'), install('i0'))
  t.match(createInstalls(db).attempt('t1'), attempt('t1'))
  t.match(await history.newest(5), [{ host: 'node1', code: 'of-tomorrow' }])
  await t.rejects(
    copyStore(`${folders}/good`, readFileSync(urlFile, 'utf8')),
    /a daemon works on that database/,
  )
})
