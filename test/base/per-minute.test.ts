import t from 'tap'
import { remember } from '../../src/base/bounded.ts'
import { createLimiter, createPerMinute } from '../../src/base/per-minute.ts'

t.test('a burst at once, then the rate, for each name alone', async t => {
  let now = 1_000_000
  const limiter = createLimiter({ burst: 10, perSecond: 1 / 6 }, () => now)
  const taken = (name: string, times: number) =>
    Array.from({ length: times }, () => limiter.take(name)).filter(Boolean).length
  t.equal(limiter.waitOf('a'), 0)
  t.equal(taken('a', 50), 10)
  t.equal(limiter.waitOf('a'), 6)
  t.equal(taken('b', 1), 1)
  now += 5000
  t.equal(limiter.waitOf('a'), 1)
  t.equal(taken('a', 5), 0)
  now += 1000
  t.equal(taken('a', 5), 1, 'asking all the time costs nothing')
  now += 3600_000
  t.equal(taken('a', 50), 10, 'and a pause gives the whole burst, no more')
})

t.test('rates that are no whole numbers are exact enough', async t => {
  let now = 0
  const limiter = createLimiter({ burst: 3, perSecond: 3 }, () => now)
  for (let second = 0; second < 1000; second++) {
    const taken = [1, 2, 3, 4].filter(() => limiter.take('x')).length
    t.equal(taken, 3, `second ${second}`)
    now += 1000
  }
})

t.test('many other names do not free one that goes on', async t => {
  let now = 0
  const mayTell = createPerMinute(2, () => now)
  t.strictSame([mayTell('loud'), mayTell('loud'), mayTell('loud')], [true, true, false])
  for (let n = 0; n < 30_000; n++) {
    mayTell(`made-up-${n}`)
    if (n % 1000 === 0) t.equal(mayTell('loud'), false)
  }
  now += 60_000
  t.ok(mayTell('loud'))
})

t.test('a bounded map forgets what was set longest ago', async t => {
  const map = new Map<string, number>()
  t.equal(remember(map, 'a', 1, 2), undefined)
  t.equal(remember(map, 'b', 2, 2), undefined)
  t.equal(remember(map, 'a', 3, 2), undefined, 'set again it is the newest')
  t.strictSame(remember(map, 'c', 4, 2), ['b', 2])
  t.strictSame(
    [...map],
    [
      ['a', 3],
      ['c', 4],
    ],
  )
})
