import t from 'tap'
import { createLeaseIndex } from '../../src/store/lease-index.ts'
import { createLeases } from '../../src/store/leases.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import type { Ipv4, Mac } from '../../src/wire/address.ts'
import { makeFolder } from '../folder.ts'

const now = Date.UTC(2026, 10, 20, 12)
const at = (n: number) => n as Ipv4

type Entry = Parameters<ReturnType<typeof createLeaseIndex>['put']>[0]

function index() {
  const entries = new Map<Ipv4, Entry>()
  const made = createLeaseIndex(address => entries.get(address))
  return {
    ...made,
    lease(n: number, end: number, state: Entry['state'] = 'active') {
      const entry = { address: at(n), network: 'rack', end, state }
      entries.set(entry.address, entry)
      made.put(entry)
    },
    ends: (when: number) => [...made.ended('rack', when)],
  }
}

t.test('a lease holds until its end, and is known for ever', async t => {
  const { lease, held, known, ends } = index()
  lease(1, now + 5000)
  t.ok(held(now + 4999).has(at(1)))
  t.strictSame(ends(now + 4999), [])
  t.notOk(held(now + 5000).has(at(1)))
  t.strictSame(ends(now + 5000), [1])
  t.ok(known().has(at(1)))
  t.strictSame([...index().ended('rack', now)], [])
})

t.test('renewed, it holds for longer; released, no longer', async t => {
  const { lease, held, ends } = index()
  lease(1, now + 5000)
  held(now)
  lease(1, now + 9000)
  t.ok(held(now + 5000).has(at(1)))
  lease(1, now + 5500, 'released')
  t.notOk(held(now + 5500).has(at(1)))
  t.strictSame(ends(now + 5500), [1])
  lease(1, now + 7000, 'declined')
  t.ok(held(now + 6999).has(at(1)))
  t.strictSame(ends(now + 6999), [])
  t.strictSame(ends(now + 7000), [1])
})

t.test('the longest ended comes first', async t => {
  const { lease, ends } = index()
  lease(1, now - 1000)
  lease(2, now - 90_000)
  lease(3, now + 3000)
  lease(4, now + 2000)
  t.strictSame(ends(now), [2, 1])
  t.strictSame(ends(now + 4000), [2, 1, 4, 3])
})

t.test('a clock that jumps forgets nothing', async t => {
  const { lease, held, ends } = index()
  lease(1, now + 5000)
  t.notOk(held(now + 86_400_000).has(at(1)))
  lease(2, now + 5000)
  t.ok(held(now).has(at(2)), 'the clock was set back')
  t.strictSame(ends(now + 86_400_000), [1, 2])
  lease(3, now)
  t.strictSame(ends(now + 86_400_001), [1, 2, 3], 'ended already')
})

t.test('the leases on disk are in the index, after a restart too', async t => {
  const folder = makeFolder(t)
  const lease = (n: number, end: number) =>
    ({
      address: at(n),
      network: 'rack',
      mac: '52:54:00:00:00:01' as Mac,
      start: 0,
      end,
      state: 'active',
    }) as const
  const first = await openSqlite(folder)
  const leases = createLeases(first)
  leases.save(lease(2, now + 5000))
  leases.save(lease(1, now - 5000))
  t.ok(leases.held(now).has(at(2)))
  await first.committed()
  first.close()

  const second = await openSqlite(folder)
  t.teardown(() => second.close())
  const again = createLeases(second)
  t.ok(again.known().has(at(1)))
  t.notOk(again.held(now).has(at(1)))
  t.ok(again.held(now).has(at(2)))
  t.strictSame([...again.ended('rack', now)], [1])
  t.strictSame([...again.ended('rack', now + 5000)], [1, 2])
})
