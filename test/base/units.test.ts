import t from 'tap'
import { editDistance, nearest } from '../../src/base/nearest.ts'
import { durationPattern, parseDuration, parseSize, sizePattern } from '../../src/base/units.ts'

t.test('durations', async t => {
  t.strictSame(['90s', '15m', '24h', '7d', 30].map(parseDuration), [90, 900, 86_400, 604_800, 30])
  for (const wrong of ['', '0s', '1 h', '1.5h', '-1s', '1w', '1h30m', '9999999999s', '10']) {
    t.notMatch(wrong, new RegExp(durationPattern), wrong)
  }
  t.ok(parseDuration('9999d') < 2 ** 32, 'the longest fits into a DHCP time')
})

t.test('sizes', async t => {
  const sizes = ['1B', '512KiB', '10MiB', '1GiB', 42].map(parseSize)
  t.strictSame(sizes, [1, 524_288, 10_485_760, 1_073_741_824, 42])
  for (const wrong of ['10MB', '0MiB', '1.5GiB', 'MiB']) {
    t.notMatch(wrong, new RegExp(sizePattern), wrong)
  }
})

t.test('nearest words', async t => {
  t.equal(editDistance('adress', 'address'), 1)
  t.equal(editDistance('hots', 'host'), 1)
  t.equal(editDistance('', 'abc'), 3)
  t.equal(nearest('debain', ['base', 'debian']), 'debian')
  t.equal(nearest('zebra', ['base', 'debian']), undefined)
  t.equal(nearest('inst', ['base', 'installed']), 'installed')
  t.equal(nearest('i', ['installed']), undefined)
})
