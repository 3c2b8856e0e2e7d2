import t from 'tap'
import { createAdminLog } from '../../src/store/admin-log.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import { makeFolder } from '../folder.ts'

const start = Date.UTC(2026, 10, 20, 12)
const act = { who: 'ci', address: '127.0.0.1', action: 'install', text: 'asked', hosts: ['node1'] }

t.test('what was done survives a restart, newest first', async t => {
  const dataDir = makeFolder(t)
  const before = await openSqlite(dataDir)
  const log = createAdminLog(before, () => start)
  log.add(act)
  log.add({ ...act, who: 'wall', hosts: ['node2', 'node3'] })
  await before.committed()
  before.close()

  const after = await openSqlite(dataDir)
  t.teardown(after.close)
  const again = createAdminLog(after, () => start)
  const all = again.before(Number.MAX_SAFE_INTEGER, 10)
  t.strictSame(all, [
    { ...act, id: 2, at: start, who: 'wall', hosts: ['node2', 'node3'] },
    { ...act, id: 1, at: start },
  ])
  t.strictSame(again.before(2, 10), all.slice(1))
  t.strictSame(again.before(99, 10, 'node3'), all.slice(0, 1))
  t.strictSame(again.before(99, 10, 'node'), [])
})

t.test('a key keeps its answer for a day, for its own token only', async t => {
  const db = await openSqlite(makeFolder(t))
  t.teardown(db.close)
  let now = start
  const log = createAdminLog(db, () => now)
  const once = { key: 'k', request: 'digest', answer: { results: [] } }
  log.add({ ...act, once })
  t.strictSame(log.byKey('ci', 'k'), { request: 'digest', answer: { results: [] } })
  t.equal(log.byKey('wall', 'k'), undefined)
  t.equal(log.byKey('ci', 'l'), undefined)
  now += 24 * 3600_000
  t.equal(log.byKey('ci', 'k'), undefined)
})

t.test('it stays within bounds', async t => {
  const db = await openSqlite(makeFolder(t))
  t.teardown(db.close)
  const log = createAdminLog(db, () => start)
  db.write(() => {
    for (let n = 0; n < 10_010; n++) log.add(act)
  })
  const all = log.before(Number.MAX_SAFE_INTEGER, 20_000)
  t.equal(all.length, 10_000)
  t.equal(all.at(-1)?.id, 11)
})
