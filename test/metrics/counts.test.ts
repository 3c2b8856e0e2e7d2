import t from 'tap'
import { createDurations, createTally } from '../../src/metrics/counts.ts'

t.test('a tally counts each combination of labels', async t => {
  const tally = createTally()
  tally.add(['lan', 'offer'])
  tally.add(['lan', 'offer'], 2)
  tally.add(['lan', 'ack'], 0)
  t.strictSame(tally.entries(), [
    { values: ['lan', 'offer'], count: 3 },
    { values: ['lan', 'ack'], count: 0 },
  ])
})

t.test('durations are counted in the bucket they fit in', async t => {
  const durations = createDurations([0.1, 1, 10])
  t.strictSame(durations.read(), { atMost: [0, 0, 0], count: 0, sum: 0 })
  for (const seconds of [0.05, 0.1, 0.5, 1, 2, 100]) durations.add(seconds)
  t.strictSame(durations.read(), { atMost: [2, 4, 5], count: 6, sum: 103.65 })
})
