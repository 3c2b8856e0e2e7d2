import t from 'tap'
import { createProgress, type Part, secondsLeft } from '../../src/install/progress.ts'

const start = Date.UTC(2026, 10, 20, 12)
const MB = 1_000_000

/** What node1 is sent of a file of 100 MB at a time; what is said of it then. */
function follow() {
  let now = start
  const progress = createProgress(() => now)
  const sent = (ms: number, part: Partial<Part> = {}) => {
    now = start + ms
    return progress.sent('node1', {
      ...{ by: 'http', url: '/assets/initrd', from: 0, bytes: 0, ms, size: 100 * MB },
      ...{ complete: false, ...part },
    })
  }
  const first = () => progress.of('node1')[0]
  return { progress, sent, first }
}

t.test('the rate is that of the last seconds, and tells what is left', async t => {
  const { sent, first } = follow()
  sent(1000, { bytes: 10 * MB })
  t.match(first(), { bytes: 10 * MB, rate: 10 * MB, startedAt: start, at: start + 1000 })
  t.equal(first() && secondsLeft(first() as never), 9)
  for (const second of [2, 3, 4, 5, 6]) sent(second * 1000, { bytes: (10 + second) * MB })
  t.equal(first()?.rate, MB, 'it has become slow')
  t.equal(first() && secondsLeft(first() as never), 84)
})

t.test('at its end the rate is that of the whole', async t => {
  const { sent, first } = follow()
  sent(1000, { bytes: 90 * MB })
  sent(5000, { bytes: 100 * MB, complete: true })
  t.match(first(), { complete: true, rate: 20 * MB })
  t.equal(first() && secondsLeft(first() as never), 0)
})

t.test('one that is told of only at its end', async t => {
  const { sent, first } = follow()
  sent(100, { bytes: 100 * MB, ms: 100, complete: true })
  t.match(first(), { rate: 1000 * MB, startedAt: start, at: start + 100 })
  sent(200, { url: '/assets/empty', bytes: 0, size: 0, ms: 0, complete: true })
})

t.test('nothing moves: no rate, and nobody knows what is left', async t => {
  const { sent, first } = follow()
  sent(1000, { bytes: 0 })
  t.equal(first()?.rate, 0)
  t.equal(first() && secondsLeft(first() as never), null)
})

t.test('a resumed download goes on where it was, one that starts over does not', async t => {
  const { sent, first } = follow()
  sent(1000, { bytes: 50 * MB })
  sent(2000, { from: 40 * MB, bytes: 5 * MB, ms: 500 })
  t.equal(first()?.bytes, 50 * MB, 'the farthest counts')
  sent(3000, { from: 40 * MB, bytes: 20 * MB, ms: 1500 })
  t.match(first(), { bytes: 60 * MB, startedAt: start })
  sent(4000, { bytes: MB, ms: 100 })
  t.match(first(), { bytes: MB, startedAt: start + 3900 })
})

t.test('long downloads are worth a line now and then, short ones are not', async t => {
  const { sent } = follow()
  const lines = Array.from({ length: 60 }, (_, second) =>
    sent(second * 1000, { bytes: second * MB }) ? second : undefined,
  )
  t.strictSame(lines.filter(Boolean), [10, 20, 30, 40, 50])
  t.equal(sent(61_000, { bytes: 100 * MB, complete: true }), false, 'its end has a line of its own')
  const slow = follow()
  const told = Array.from({ length: 60 }, (_, second) =>
    slow.sent(second * 1000, { bytes: second }),
  )
  t.notOk(told.includes(true), 'where nothing much happens nothing is told')
})

t.test('a new boot begins with an empty list; many files stay within bounds', async t => {
  const { progress, sent } = follow()
  for (let n = 0; n < 100; n++) sent(n, { url: `/assets/${n}`, ms: 0 })
  t.equal(progress.of('node1').length, 64)
  t.equal(progress.of('node1').at(-1)?.url, '/assets/99')
  progress.began('node1')
  t.strictSame(progress.of('node1'), [])
  t.strictSame(progress.of('nobody'), [])
})
