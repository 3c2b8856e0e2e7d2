import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import t, { type Test } from 'tap'
import { LaterError, migrate } from '../../src/store/migrate.ts'
import { migrations } from '../../src/store/migrations.ts'
import { makeFolder } from '../folder.ts'

const fixture = new URL('../fixtures/database-6c60101/bootwright.db', import.meta.url).pathname

/** Names that kysely kept, in the order in which they came to be. */
const named = [
  '001-first',
  '002-burnt-files',
  '002-leases-in-memory',
  '002-nic-vendors',
  '002-ssh',
  '003-admin-log',
  '004-event-codes',
  '005-host-uuid',
  '006-sessions',
  '007-progress-at',
  '008-prepared-attempts',
]

function open(t: Test, file = ':memory:'): DatabaseSync {
  const db = new DatabaseSync(file)
  t.teardown(() => db.close())
  return db
}

/** As the program left it that knew these names. */
function openNamed(t: Test, names: readonly string[]): DatabaseSync {
  const db = open(t)
  for (const { sql } of migrations.filter(({ name, before = name }) => names.includes(before))) {
    db.exec(sql)
  }
  db.exec('create table kysely_migration (name text primary key, timestamp text not null)')
  db.exec('create table kysely_migration_lock (id text primary key, is_locked integer)')
  for (const name of names) {
    db.prepare("insert into kysely_migration values (?, '2026-11-01T00:00:00.000Z')").run(name)
  }
  return db
}

const namesOf = (db: DatabaseSync) =>
  db
    .prepare('select name from migrations order by name')
    .all()
    .map(({ name }) => name)

/** Every table and index with its columns, whatever the words that made them. */
function shapeOf(db: DatabaseSync) {
  const things = db
    .prepare("select type, name from sqlite_master where name not like 'sqlite%' order by name")
    .all()
  return things.map(({ type, name }) => ({
    name,
    columns: db
      .prepare(`select * from pragma_${type}_info('${name}')`)
      .all()
      .map(row => ({ ...row }))
      // A column that was added later stands further behind.
      .map(({ cid, seqno, rank, ...column }) => JSON.stringify(column))
      .sort(),
  }))
}

const today = migrations.map(({ name }) => name)

t.test('migrations are numbered without a gap', async t => {
  const numbers = today.map(name => name.slice(0, 4))
  t.strictSame(
    numbers,
    today.map((_, n) => `${String(n + 1).padStart(3, '0')}-`),
  )
})

t.test('once applied, a migration is not applied again', async t => {
  const db = open(t)
  migrate(db)
  t.strictSame(namesOf(db), today)
  const shape = shapeOf(db)
  migrate(db)
  t.strictSame(shapeOf(db), shape)
})

t.test('however far kysely had come, it goes on from there', async t => {
  const fresh = open(t)
  migrate(fresh)
  for (let length = 1; length <= named.length; length++) {
    const db = openNamed(t, named.slice(0, length))
    db.exec("insert into hosts (name, state, life) values ('node1', 'idle', '{}')")
    migrate(db)
    t.strictSame(namesOf(db), today, named[length - 1] ?? '')
    t.strictSame(shapeOf(db), shapeOf(fresh), 'the same tables as a new one')
    t.equal(db.prepare('select name from hosts').get()?.name, 'node1')
  }
})

/** Every row, with the texts in it that have a table of their own today. */
function rowsOf(db: DatabaseSync, table: string): unknown[] {
  const rows = db.prepare(`select * from ${table}`).all()
  return rows.map(({ content, spec, ...row }) => {
    const kept = content ?? spec
    if (kept === undefined) return row
    const texts = textsOf(db, content === undefined ? ['install', row.id] : ['token', row.token])
    return { ...row, json: { ...texts, ...JSON.parse(String(kept)) } }
  })
}

function textsOf(db: DatabaseSync, [owner, id]: [string, SQLOutputValue | undefined]) {
  const [table, key] =
    owner === 'token' ? ['attempt_files', 'files'] : ['install_templates', 'templates']
  const isThere = db.prepare('select 1 from sqlite_master where name = ?').get(table) !== undefined
  if (!isThere) return {}
  const rows = db.prepare(`select name, text from ${table} where ${owner} = ?`).all(id ?? null)
  return { [key]: Object.fromEntries(rows.map(({ name, text }) => [name, text])) }
}

t.test('a database of commit 6c60101 loses no row', async t => {
  const file = join(makeFolder(t), 'bootwright.db')
  copyFileSync(fixture, file)
  const db = open(t, file)
  const tables = db
    .prepare("select name from sqlite_master where type = 'table' and name not like 'kysely%'")
    .all()
  const before = tables.map(({ name }) => ({ name: String(name), rows: rowsOf(db, String(name)) }))
  migrate(db)
  t.strictSame(namesOf(db), today)
  for (const { name, rows } of before) t.match(rowsOf(db, name), rows, name)
  const texts = (table: string) => db.prepare(`select text from ${table}`).all()
  t.match(texts('attempt_files')[0], { text: /^host=\S+ attempt=1/ })
  t.match(texts('install_templates')[0], { text: /^host=\{\{ host\.name \}\}/ })
})

t.test(
  'one that a later bootwright has changed is refused, by whichever name it kept that',
  async t => {
    const later = open(t)
    migrate(later, [...migrations, { name: '999-later', sql: 'create table more (id text)' }])
    const kyselys = openNamed(t, named)
    kyselys.exec("insert into kysely_migration values ('009-later', '2030')")
    for (const db of [later, kyselys]) {
      const shape = shapeOf(db)
      t.throws(() => migrate(db), LaterError)
      t.strictSame(shapeOf(db), shape, 'nothing of it was changed')
    }
  },
)

t.test('a migration that fails leaves the database as it was', async t => {
  const db = openNamed(t, named.slice(0, 6))
  const shape = shapeOf(db)
  t.throws(() => migrate(db, [...migrations, { name: '999-broken', sql: 'no such thing' }]))
  t.strictSame(shapeOf(db), shape)
  migrate(db)
  t.strictSame(namesOf(db), today)
})
