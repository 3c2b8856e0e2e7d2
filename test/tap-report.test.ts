import t from 'tap'
import { createTapReport, sum } from './tap-report.ts'

function read(exitCode: number, ...lines: readonly string[]) {
  const report = createTapReport('a.test.ts')
  for (const line of lines) report.take(line)
  return report.counts(exitCode)
}

t.test('what a file says of itself', async t => {
  t.strictSame(
    read(0, 'ok 1 - it works', '1..1', '# { total: 3, pass: 2, skip: 1 }', '# time=8ms'),
    { passed: 2, failed: 0, skipped: [] },
  )
  t.match(read(1, '# { total: 3, pass: 1, fail: 2 }'), { passed: 1, failed: 2 })
  t.strictSame(
    read(0, '    ok 1 - a lab # SKIP it needs root', '# { total: 1, skip: 1 }').skipped,
    ['a lab: it needs root'],
  )
  t.strictSame(read(0, '1..0 # no browser', '# { total: 0, pass: 0 }'), {
    passed: 0,
    failed: 0,
    skipped: ['a.test.ts: no browser'],
  })
})

t.test('a file that ends in the middle, or says nothing, has failed', async t => {
  t.equal(read(1).failed, 1)
  t.equal(read(0, 'TAP version 14').failed, 1)
  t.equal(read(0, '# { total: 0, pass: 0 }').failed, 1)
  t.equal(read(1, 'ok 1 - it works', '# { total: 1, pass: 1 }').failed, 1, 'all passed, and then')
  t.equal(read(1, '1..0 # no browser').failed, 1)
})

t.test('all of them together', async t => {
  t.strictSame(
    sum([
      { passed: 2, failed: 0, skipped: ['a: b'] },
      { passed: 1, failed: 3, skipped: ['c: d'] },
    ]),
    { passed: 3, failed: 3, skipped: ['a: b', 'c: d'] },
  )
})
