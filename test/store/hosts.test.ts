import t from 'tap'
import { lifeIn } from '../../src/boot/life-in.ts'
import { createHosts } from '../../src/store/hosts.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import { makeFolder } from '../folder.ts'
import { start } from './examples.ts'

const pending = lifeIn('pending', { since: start, attempt: 0, why: { code: 'install-asked' } })

t.test('what was undone is not what a host is', async t => {
  const db = await openSqlite(makeFolder(t))
  t.teardown(() => db.close())
  const hosts = createHosts(db)
  const save = () => {
    hosts.saveLife('node1', pending, undefined)
    t.equal(hosts.get('node1')?.life.state, 'pending', 'the turn itself reads what it wrote')
  }

  t.equal(hosts.get('node1'), undefined)
  const failing = () =>
    db.write(() => {
      save()
      throw new Error('the work fails')
    })
  t.throws(failing, { message: 'the work fails' })
  t.equal(hosts.get('node1'), undefined, 'undone by its own error')
  t.notOk(hosts.has('node1'))

  save()
  db.statement('rollback').run()
  await t.rejects(db.committed())
  t.equal(hosts.get('node1'), undefined, 'undone by a commit that failed')
})

t.test(
  'a host that is looked at again and again is read once, and anew when it was written',
  async t => {
    const db = await openSqlite(makeFolder(t))
    t.teardown(() => db.close())
    const hosts = createHosts(db)
    hosts.know('node1')
    const before = hosts.get('node1')
    t.equal(hosts.get('node1'), before)
    hosts.learnUuid('node1', 'one')
    hosts.learnUuid('node1', 'another')
    t.equal(hosts.get('node1')?.uuid, 'one', 'the first stays')
    hosts.saveSeen('node1', start)
    hosts.saveProgress('node1', 50, 'half')
    t.match(hosts.get('node1'), { lastSeen: start, percent: 50, message: 'half' })
    hosts.learnUuid('never', 'one')
    t.equal(hosts.get('never'), undefined)
  },
)
