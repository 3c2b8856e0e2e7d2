import { cpSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Lease } from '../../src/boot/lease.ts'
import { createLeases } from '../../src/store/leases.ts'
import { createPreparedLeases } from '../../src/store/prepared-leases.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import type { Ipv4, Mac } from '../../src/wire/address.ts'
import { makeFolder } from '../folder.ts'
import { address, mac, start } from './examples.ts'

const second = 1000
const other = '52:54:00:99:99:99' as Mac

function lease(n = 0, more: Partial<Lease> = {}): Lease {
  return {
    address: (address + n) as Ipv4,
    ...{ network: 'lan', mac, clientId: '01aa', hostname: 'node1' },
    ...{ start, end: start + 3600_000, state: 'active' },
    ...more,
  }
}

/** What is written of it, for a client that takes the offer a second later. */
const prepared = (n = 0) => lease(n, { end: start + 3600_000 + second })

async function open(t: Test, dataDir: string) {
  const db = await openSqlite(dataDir)
  t.teardown(() => db.close())
  return { db, leases: createLeases(db) }
}

/** What a daemon finds that starts after this one was killed. */
async function afterCrash(t: Test, dataDir: string): Promise<Lease[]> {
  const copy = mkdtempSync(`${dataDir}-`)
  cpSync(dataDir, copy, { recursive: true })
  const { leases } = await open(t, copy)
  return leases.all()
}

t.test('a prepared lease is on disk, and in no book before it is saved', async t => {
  const dataDir = join(makeFolder(t), 'data')
  const { db, leases } = await open(t, dataDir)
  leases.prepare(lease(), start)
  t.strictSame(leases.all(), [])
  await db.committed()
  t.strictSame(await afterCrash(t, dataDir), [prepared()])

  const later = { start: start + 5, end: start + 3600_005 }
  await leases.save(lease(0, later))
  t.strictSame(leases.all(), [lease(0, later)])
  t.strictSame(await afterCrash(t, dataDir), [prepared()], 'nothing was written again')
})

t.test('a lease that says something else is written', async t => {
  const changes: Partial<Lease>[] = [
    { mac: other },
    { network: 'other' },
    { clientId: '01bb' },
    { hostname: 'node2' },
    { end: start + 3600_001 + second },
    { state: 'declined' },
  ]
  const dataDir = join(makeFolder(t), 'data')
  const { leases } = await open(t, dataDir)
  for (const [n, change] of changes.entries()) {
    leases.prepare(lease(n), start)
    await leases.save(lease(n, change))
  }
  const expected = changes.map((change, n) => lease(n, change))
  t.strictSame(await afterCrash(t, dataDir), expected)
})

t.test('what nobody takes in time is as it was before', async t => {
  const dataDir = join(makeFolder(t), 'data')
  const { db, leases } = await open(t, dataDir)
  const ended = lease(1, { mac: other, end: start - 1 })
  await leases.save(ended)
  leases.prepare(lease(0), start)
  leases.prepare(lease(1), start)
  await db.committed()
  t.strictSame(await afterCrash(t, dataDir), [prepared(0), prepared(1)])

  const late = start + second
  leases.prepare(lease(2), late - 1)
  await db.committed()
  t.equal((await afterCrash(t, dataDir)).length, 3, 'not before its time')
  leases.prepare(lease(3), late)
  await db.committed()
  t.strictSame(await afterCrash(t, dataDir), [ended, prepared(2), prepared(3)])

  leases.restoreAll()
  await db.committed()
  t.strictSame(await afterCrash(t, dataDir), [ended], 'an orderly end leaves leases only')
})

t.test('a flood of offers is put back by and by', async t => {
  const leases = createPreparedLeases()
  const onDisk = Promise.resolve()
  for (let n = 0; n < 40; n++) leases.add(lease(n), start + n, onDisk)
  leases.add(lease(0), start + 100, onDisk)
  const ended = [...leases.ended(start + 50, 16)]
  t.strictSame(
    ended,
    Array.from({ length: 16 }, (_, n) => address + 1 + n),
  )
  t.equal([...leases.ended(start + 50, 1000)].length, 23)
  t.equal(leases.take(lease(0)), onDisk, 'one offered again counts anew')
  t.equal(leases.take(lease(0)), undefined, 'and is taken once')
})

t.test('while the disk is busy nothing is prepared', async t => {
  const dataDir = join(makeFolder(t), 'data')
  const { db, leases } = await open(t, dataDir)
  const first = leases.save(lease(1))
  await new Promise(setImmediate)
  t.equal(db.isBusy(), true)
  leases.prepare(lease(2), start)
  await first
  t.strictSame(await afterCrash(t, dataDir), [lease(1)])
})
