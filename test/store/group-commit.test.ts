import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { computerClock } from '../../src/base/clock.ts'
import { createGroupCommit } from '../../src/store/group-commit.ts'

/**
 * A connection that writes down what happens to it, and a disk that is as slow as the test says: `ms`
 * for each sync, and until it is resolved where it is handed over.
 */
function connected({ failingCommits = 0, failingSyncs: fails = 0, ms = (): number => 10 } = {}) {
  let failingSyncs = fails
  const did: string[] = []
  let clock = 0
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
      clock += ms()
      const busy = Promise.withResolvers<void>()
      disk.push(busy)
      return busy.promise
    },
    syncNow() {
      did.push('sync now')
      clock += ms()
      if (failingSyncs-- > 0) throw new Error('no disk')
    },
    clock: { ...computerClock, steady: () => clock },
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
  group.flush()
  await last
  t.strictSame(did, ['begin', 'a', 'commit', 'sync now', 'a told'])
  await turn()
  t.strictSame(did.length, 5, 'and not once more')
})

/** Groups of one write, each on disk before the next begins. */
async function calmDown({ disk, write }: ReturnType<typeof connected>, groups: number) {
  for (let n = 0; n < groups; n++) {
    const written = write(`${n}`)
    await turn()
    disk.pop()?.resolve()
    await written
    await turn()
  }
}

/** Where the disk was waited for, from the oldest sync to the newest. */
const syncs = (did: readonly string[]) => did.filter(what => what.startsWith('sync'))

t.test('on a disk that was quick 16 times the loop waits itself', async t => {
  const calm = connected({ ms: () => 0.3 })
  await calmDown(calm, 18)
  const expected = [...Array(16).fill('sync'), 'sync now', 'sync now']
  t.strictSame(syncs(calm.did), expected)
  t.strictSame(calm.did.slice(-4), ['17', 'commit', 'sync now', '17 told'])
})

t.test('a slow one in the loop is the last there', async t => {
  let ms = 0.3
  const calm = connected({ ms: () => ms })
  await calmDown(calm, 16)
  ms = 20
  await calmDown(calm, 3)
  t.strictSame(syncs(calm.did).slice(16), ['sync now', 'sync', 'sync'])
})

t.test('a larger group is handed over, and the small ones behind it', async t => {
  const calm = connected({ ms: () => 0.3 })
  await calmDown(calm, 16)
  const all = [calm.write('a'), calm.write('b'), calm.write('c')]
  await turn()
  calm.disk.pop()?.resolve()
  await Promise.all(all)
  await turn()
  await calmDown(calm, 1)
  t.strictSame(syncs(calm.did).slice(16), ['sync', 'sync'])
})

t.test('a disk that fails in the loop loses that group, and no other', async t => {
  const calm = connected({ ms: () => 0.3, failingSyncs: 1 })
  await calmDown(calm, 18)
  t.strictSame(syncs(calm.did).slice(16), ['sync now', 'sync now'])
  t.ok(calm.did.includes('16 lost: no disk'))
  t.equal(calm.did.at(-1), '17 told')
})
