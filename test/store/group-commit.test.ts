import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { createGroupCommit } from '../../src/store/group-commit.ts'

/** A connection that writes down what happens to it, and a disk that is as slow as the test says. */
function connected({ failingCommits = 0 } = {}) {
  const did: string[] = []
  const disk: PromiseWithResolvers<void>[] = []
  let failures = failingCommits
  const group = createGroupCommit({
    begin: () => void did.push('begin'),
    commit() {
      did.push('commit')
      if (failures-- > 0) throw new Error('disk full')
    },
    sync() {
      did.push('sync')
      const busy = Promise.withResolvers<void>()
      disk.push(busy)
      return busy.promise
    },
  })
  const write = (what: string) => {
    group.begin()
    did.push(what)
    return group.committed().then(
      () => did.push(`${what} told`),
      (error: Error) => did.push(`${what} lost: ${error.message}`),
    )
  }
  return { group, did, disk, write }
}

t.test('one turn is one commit, and nobody is told before it is on disk', async t => {
  const { did, disk, write } = connected()
  const all = [write('a'), write('b')]
  await turn()
  t.strictSame(did, ['begin', 'a', 'b', 'commit', 'sync'])
  disk[0]?.resolve()
  await Promise.all(all)
  t.strictSame(did.slice(5), ['a told', 'b told'])
})

t.test('what comes while the disk is busy waits for it together', async t => {
  const { did, disk, write } = connected()
  const first = write('a')
  await turn()
  const later = [write('b')]
  await turn()
  later.push(write('c'))
  await turn()
  t.strictSame(did, ['begin', 'a', 'commit', 'sync', 'begin', 'b', 'c'])
  disk[0]?.resolve()
  await first
  await turn()
  t.strictSame(did.slice(7), ['a told', 'commit', 'sync'])
  disk[1]?.resolve()
  await Promise.all(later)
  t.strictSame(did.slice(10), ['b told', 'c told'])
})

t.test('a failing commit or disk loses its own group, and no other', async t => {
  const { did, disk, write } = connected({ failingCommits: 1 })
  await write('a')
  t.strictSame(did, ['begin', 'a', 'commit', 'a lost: disk full'])
  const second = write('b')
  await turn()
  disk[0]?.reject(new Error('no disk'))
  await second
  t.equal(did.at(-1), 'b lost: no disk')
  const third = write('c')
  await turn()
  disk[1]?.resolve()
  await third
  t.equal(did.at(-1), 'c told')
})

t.test('at the end everything is committed and on disk at once', async t => {
  const { group, did, write } = connected()
  const last = write('a')
  group.flush(() => void did.push('synced'))
  await last
  t.strictSame(did, ['begin', 'a', 'commit', 'synced', 'a told'])
  await turn()
  t.strictSame(did.length, 5, 'and not once more')
})
