import t, { type Test } from 'tap'
import type { Database, Statement } from '../../src/store/database.ts'
import { createInstalls } from '../../src/store/installs.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import { makeFolder } from '../folder.ts'
import { attempt, install } from './examples.ts'

const text = 'an answer '.repeat(100_000)

/** Installs over a database that counts the characters that it reads. */
async function open(t: Test) {
  const db = await openSqlite(makeFolder(t))
  t.teardown(() => db.close())
  const counted = { read: 0 }
  const count = <R>(row: R): R => {
    for (const value of Object.values(row ?? {})) {
      if (typeof value === 'string') counted.read += value.length
    }
    return row
  }
  const counting: Database = {
    ...db,
    statement<Row>(sql: string): Statement<Row> {
      const made = db.statement<Row>(sql)
      return {
        ...made,
        get: (...values) => count(made.get(...values)),
        all: (...values) => made.all(...values).map(count),
      }
    },
  }
  const { spec, ...asked } = install('i1')
  const { content, ...boot } = attempt('t1')
  const installs = createInstalls(counting)
  installs.add({ ...asked, spec: { ...spec, templates: { preseed: text, other: '' } } })
  const large = { ...boot, content: { ...content, files: { preseed: text, other: 'x' } } }
  return { db, installs, counted, large }
}

t.test('whoever looks up an attempt or an install does not read its files', async t => {
  const { installs, counted, large } = await open(t)
  installs.addAttempt(large)
  installs.addAttempt({ ...large, token: 'p1', number: 2, prepared: true })
  counted.read = 0
  t.equal(installs.attempt('t1')?.content.title, large.content.title)
  t.equal(installs.currentAttempt('node1', 'i1')?.token, 't1')
  t.equal(installs.preparedAttempt('node1', 2, 'i1')?.token, 'p1')
  t.equal(installs.get('i1')?.spec.profile.name, 'debian')
  t.equal(installs.ofHost('node1', 20).length, 1)
  t.ok(counted.read < 10_000, `${counted.read} characters`)

  t.equal(installs.file('t1', 'other'), 'x')
  t.equal(installs.file('t1', 'constructor'), undefined)
  t.ok(counted.read < 10_000, 'nor any other file')
  t.equal(installs.file('t1', 'preseed'), text)
  t.strictSame(installs.attempt('t1')?.content.files, large.content.files)
  const found = installs.get('i1')?.spec
  t.strictSame(Object.keys(found?.templates ?? {}), ['preseed', 'other'])
  const before = counted.read
  t.equal(found?.templates.preseed, text)
  t.equal(counted.read, before, 'they are read once')
})

t.test('an attempt that begins keeps its files, and they go with it', async t => {
  const { db, installs, large } = await open(t)
  const left = () =>
    ['attempt_files', 'install_templates'].map(
      table => db.statement(`select count(*) as count from ${table}`).get()?.count,
    )
  installs.addAttempt({ ...large, prepared: true })
  const prepared = installs.preparedAttempt('node1', 1, 'i1')
  t.ok(prepared)
  if (!prepared) return
  const { prepared: _, void: __, burnt: ___, ...begun } = prepared
  installs.addAttempt(begun)
  t.match(installs.attempt('t1'), { prepared: undefined, content: { files: { preseed: text } } })
  t.strictSame(left(), [2, 2])
  installs.voidAttempts('node1')
  for (let n = 1; n <= 100; n++) installs.add(install(`j${String(n).padStart(3, '0')}`))
  t.equal(installs.attempt('t1'), undefined)
  t.equal(installs.get('i1'), undefined)
  t.strictSame(left(), [0, 100], 'one template each')
})
