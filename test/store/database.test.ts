import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import { StoreError } from '../../src/store/database.ts'
import { createHosts } from '../../src/store/hosts.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import { makeFolder } from '../folder.ts'
import { address, mac, start } from './examples.ts'

const tables = [
  'admin_log',
  'attempt_files',
  'attempts',
  'deliveries',
  'erasures',
  'events',
  'host_cards',
  'hosts',
  'install_templates',
  'installs',
  'leases',
  'leases6',
  'macs',
  'migrations',
  'nic_vendors',
  'sessions',
]

t.test('a fresh dataDir gets every table, and is readable by its owner alone', async t => {
  const dataDir = join(makeFolder(t), 'deep/data')
  const db = await openSqlite(dataDir)
  t.teardown(() => db.close())
  t.equal(db.isNew, true)
  const found = db
    .statement(
      "select name from sqlite_master where type = 'table' and name not like 'sqlite%' order by name",
    )
    .all()
  t.strictSame(
    found.map(({ name }) => name),
    tables,
  )
  for (const file of ['bootwright.db', 'bootwright.db-wal']) {
    t.equal(statSync(join(dataDir, file)).mode & 0o777, 0o600, file)
  }
  t.equal(statSync(dataDir).mode & 0o007, 0)
})

const straceMissing = spawnSync('strace', ['-V']).error ? 'no strace here' : false

/** What the system was asked for from the first line to the answer of the second. */
function traced(t: Test, written: string, told: string): string {
  const dataDir = makeFolder(t)
  const module = new URL('../../src/store/', import.meta.url).href
  const script = `
    import { openSqlite } from '${module}sqlite.ts'
    import { createLeases } from '${module}leases.ts'
    const db = await openSqlite('${dataDir}')
    const leases = createLeases(db)
    const lease = ${JSON.stringify({ address, network: 'lan', mac, start, end: start, state: 'active' })}
    ${written}
    process.stderr.write('written\\n')
    await ${told}
    process.stderr.write('told\\n')
    db.close()`
  const trace = ['-f', '-y', '-e', 'trace=write,pwrite64,fdatasync', '-o', join(dataDir, 'trace')]
  const command = [...trace, process.execPath, '--input-type=module', '-e', script]
  const { status, stderr } = spawnSync('strace', command, { encoding: 'utf8' })
  t.equal(status, 0, stderr)
  const calls = readFileSync(join(dataDir, 'trace'), 'utf8')
  return calls.slice(calls.indexOf('"written'), calls.indexOf('"told'))
}

const waits = [
  { what: 'what is written', written: 'leases.save(lease)', told: 'db.committed()' },
  {
    what: 'a lease that was prepared',
    written: 'leases.prepare(lease, lease.start)',
    told: 'leases.save(lease)',
  },
]
for (const { what, written, told } of waits) {
  t.test(`${what} is on disk before anybody is told`, { skip: straceMissing }, async t => {
    const calls = traced(t, written, told)
    t.match(calls.replaceAll('\n', ' '), /pwrite64\S*bootwright\.db-wal.* fdatasync.* = 0 /)
  })
}

t.test('an existing file is opened again with all that is in it', async t => {
  const dataDir = makeFolder(t)
  for (const count of [0, 1, 2]) {
    const db = await openSqlite(dataDir)
    t.equal(createHosts(db).all().length, count)
    createHosts(db).know(`node${count}`)
    await db.committed()
    db.close()
  }
})

t.test('it is new until somebody settles it', async t => {
  const dataDir = makeFolder(t)
  const isNew = async (settles: boolean) => {
    const db = await openSqlite(dataDir)
    if (settles) db.settle()
    await db.committed()
    db.close()
    return db.isNew
  }
  t.equal(await isNew(false), true)
  t.equal(await isNew(true), true)
  t.equal(await isNew(false), false)
})

t.test('an empty file and one without our tables are brought up to date', async t => {
  const dataDir = makeFolder(t, { 'bootwright.db': '' })
  const db = await openSqlite(dataDir)
  t.strictSame(createHosts(db).all(), [])
  db.close()
})

t.test('a second daemon on the same dataDir is refused with a clear sentence', async t => {
  const dataDir = makeFolder(t)
  const db = await openSqlite(dataDir)
  t.teardown(() => db.close())
  await t.rejects(openSqlite(dataDir), {
    name: 'StoreError',
    message: `cannot open ${join(dataDir, 'bootwright.db')}: another bootwright runs on this dataDir`,
  })
  const other = new URL('../../src/store/sqlite.ts', import.meta.url).href
  const script = `import { openSqlite } from ${JSON.stringify(other)}
    await openSqlite(process.argv[1]).catch(error => console.log(error.message))`
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', script, dataDir])
  t.match(String(child.stdout), 'another bootwright runs on this dataDir')

  createHosts(db).know('node1')
  await db.committed()
  t.equal(createHosts(db).all().length, 1, 'the first goes on')
})

t.test('when the first has gone the second may', async t => {
  const dataDir = makeFolder(t)
  ;(await openSqlite(dataDir)).close()
  ;(await openSqlite(dataDir)).close()
})

t.test('a dataDir that cannot be used is a StoreError that names the file', async t => {
  const folder = makeFolder(t, { file: 'not a folder', folder: { 'bootwright.db': {} } })
  const rows = [
    ['a file in its place', join(folder, 'file')],
    ['a folder under a file', join(folder, 'file/data')],
    ['a folder in the place of the database', join(folder, 'folder')],
  ] as const
  for (const [what, dataDir] of rows) {
    const error = await openSqlite(dataDir).catch((error: unknown) => error)
    t.type(error, StoreError, what)
    t.match(error, { message: `cannot open ${join(dataDir, 'bootwright.db')}: ` })
  }
})

t.test('damaged pages are one sentence and what to do, at the start and later', async t => {
  const dataDir = makeFolder(t)
  const file = join(dataDir, 'bootwright.db')
  const first = await openSqlite(dataDir)
  const hosts = createHosts(first)
  for (let n = 0; n < 2000; n++) hosts.know(`a-host-with-a-name-of-some-length-${n}`)
  await first.committed()
  first.close()
  const whole = readFileSync(file)
  const sentence =
    /^cannot (open|read) \S+bootwright\.db: it is damaged \(.*\); copy dataDir, .* \.recover/
  let seen = 0
  for (let page = 1; page * 4096 < whole.length; page += 3) {
    const bytes = Buffer.from(whole)
    bytes.fill(0xa5, page * 4096, page * 4096 + 2048)
    writeFileSync(file, bytes)
    for (const end of ['-wal', '-shm']) rmSync(file + end, { force: true })
    try {
      const db = await openSqlite(dataDir)
      try {
        createHosts(db).all()
      } finally {
        db.close()
      }
    } catch (error) {
      seen++
      t.type(error, StoreError)
      t.match((error as Error).message, sentence)
    }
  }
  t.ok(seen > 3, `${seen} kinds of damage were noticed`)
})

t.test('a file that is no database is a StoreError', async t => {
  const garbage = makeFolder(t, {
    'bootwright.db': 'this is no database, but it is long enough '.repeat(50),
  })
  t.type(await openSqlite(garbage).catch((error: unknown) => error), StoreError)
})

t.test(
  'a database of a later bootwright is refused with one sentence, and stays as it is',
  async t => {
    const dataDir = makeFolder(t)
    const file = join(dataDir, 'bootwright.db')
    ;(await openSqlite(dataDir)).close()
    const connection = new DatabaseSync(file)
    connection.exec("insert into migrations (name, at) values ('999-later', 0)")
    connection.close()
    const before = readFileSync(file)
    const error = await openSqlite(dataDir).catch((error: unknown) => error)
    t.type(error, StoreError)
    t.match(
      (error as Error).message,
      /^cannot open \S+: a later bootwright .*999-later; .*: start that one/,
    )
    t.ok(readFileSync(file).equals(before))
  },
)

t.test('committed() resolves when the turn is on disk', async t => {
  const db = await openSqlite(makeFolder(t))
  t.teardown(() => db.close())
  const hosts = createHosts(db)
  let done = false
  hosts.know('node1')
  const first = db.committed().then(() => {
    done = true
  })
  hosts.know('node2')
  const [again, andAgain] = [db.committed(), db.committed()]
  t.equal(again, andAgain, 'one turn, one commit')
  await Promise.resolve()
  t.equal(done, false, 'not within the turn')
  await first
  t.equal(done, true)
  await db.committed()
  t.equal(hosts.all().length, 2)
})

t.test('a statement that fails at its second row leaves nothing behind', async t => {
  const dataDir = makeFolder(t)
  const db = await openSqlite(dataDir)
  const addMac = db.statement('insert into macs (mac) values (?)')
  const addTwo = db.statement('insert into macs (mac) values (?), (?)')
  db.run(addMac, 'before')
  t.throws(() => db.run(addTwo, 'undone', 'before'), { message: /UNIQUE/ })
  db.run(addMac, 'after')
  await db.committed()
  db.close()
  const again = await openSqlite(dataDir)
  t.teardown(() => again.close())
  const macs = again.statement('select mac from macs order by mac').all()
  t.strictSame(
    macs.map(({ mac }) => mac),
    ['after', 'before'],
  )
})

t.test('a write that throws undoes itself and nothing else of its turn', async t => {
  const dataDir = makeFolder(t)
  const db = await openSqlite(dataDir)
  const hosts = createHosts(db)
  hosts.know('before')
  const fails = () =>
    db.write(() => {
      hosts.know('undone')
      throw new Error('no')
    })
  t.throws(fails, { message: 'no' })
  db.write(() => {
    hosts.know('outer')
    t.throws(fails, { message: 'no' }, 'also inside another')
    hosts.know('after')
  })
  t.equal(
    db.write(() => 42),
    42,
  )
  await db.committed()
  db.close()
  const again = await openSqlite(dataDir)
  t.teardown(() => again.close())
  t.strictSame(
    createHosts(again)
      .all()
      .map(({ name }) => name),
    ['after', 'before', 'outer'],
  )
})

t.test('close() keeps what the turn wrote', async t => {
  const dataDir = makeFolder(t)
  const db = await openSqlite(dataDir)
  createHosts(db).know('node1')
  db.close()
  const again = await openSqlite(dataDir)
  t.teardown(() => again.close())
  t.equal(createHosts(again).all().length, 1)
})

t.test('a commit that fails rejects, and the next turn is not harmed', async t => {
  const db = await openSqlite(makeFolder(t))
  t.teardown(() => db.close())
  const hosts = createHosts(db)
  hosts.know('lost')
  db.statement('rollback').run()
  await t.rejects(db.committed())
  hosts.know('kept')
  await db.committed()
  t.strictSame(
    hosts.all().map(({ name }) => name),
    ['kept'],
  )
})

t.test('kill -9 loses nothing that was committed, and no half of a turn', async t => {
  const dataDir = makeFolder(t)
  const source = (file: string) => new URL(`../../src/store/${file}.ts`, import.meta.url).href
  const script = `
    import { openSqlite } from ${JSON.stringify(source('sqlite'))}
    import { createHosts } from ${JSON.stringify(source('hosts'))}
    const db = await openSqlite(process.argv[1])
    const hosts = createHosts(db)
    hosts.know('a1'); hosts.know('a2')
    await db.committed()
    hosts.know('b1'); hosts.know('b2')
    process.kill(process.pid, 'SIGKILL')`
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', script, dataDir])
  t.equal(child.signal, 'SIGKILL')
  const db = await openSqlite(dataDir)
  t.teardown(() => db.close())
  t.strictSame(
    createHosts(db)
      .all()
      .map(({ name }) => name),
    ['a1', 'a2'],
  )
})
