import t from 'tap'
import { amount, countOf } from '../../src/base/amount.ts'
import { indentedLines } from '../../src/page/host/indented-lines.ts'
import { withCode } from '../../src/page/parts/inline-code.ts'
import { hostLink, readLocation } from '../../src/page/parts/page-location.ts'
import { howLong, rate, timeAgo } from '../../src/page/parts/words.ts'
import { noon } from './examples.ts'

t.test('numbers as people say them', async t => {
  t.strictSame([0, 999, 70_001, 8_300_000, 420e6, 2e9].map(amount), [
    '0 B',
    '999 B',
    '70 kB',
    '8.3 MB',
    '420 MB',
    '2.0 GB',
  ])
  t.strictSame([0, 1_250_000, 112e6].map(rate), ['0 B/s', '1.3 MB/s', '112 MB/s'])
  t.strictSame([100, 9_940, 59_999, 60_000, 65_000, 3_600_000, 90_000_000].map(howLong), [
    '0.1 s',
    '9.9 s',
    '59 s',
    '1 min',
    '1 min 5 s',
    '1 h',
    '1 d 1 h',
  ])
  const before = (seconds: number) => timeAgo(new Date(noon - seconds * 1000).toISOString(), noon)
  t.strictSame([-5, 0, 7, 61, 7200, 200_000].map(before), [
    'now',
    'now',
    '7 s ago',
    '1 min ago',
    '2 h ago',
    '2 d ago',
  ])
  t.equal(timeAgo(null, noon), '')
  t.strictSame([countOf(1, 'host'), countOf(1200, 'host')], ['1 host', '1,200 hosts'])
})

t.test('values as lines', async t => {
  const value = {
    cpus: 8,
    disks: [{ name: 'vda', size: 5 }, 'none'],
    tags: ['a', 'b'],
    no: {},
    nil: null,
  }
  t.equal(
    indentedLines(value),
    [
      'cpus: 8',
      'disks:',
      '  - name: vda',
      '    size: 5',
      '  - none',
      'tags: [a, b]',
      'no: {}',
      'nil: null',
    ].join('\n'),
  )
  t.equal(indentedLines('text'), 'text')
  t.equal(indentedLines([]), '[]')
})

t.test('places', async t => {
  t.match(readLocation(''), { view: 'hosts', name: '' })
  const place = readLocation('#/hosts?state=failed,idle&q=a%20b')
  t.strictSame(
    [place.view, place.query.get('state'), place.query.get('q')],
    ['hosts', 'failed,idle', 'a b'],
  )
  t.match(readLocation(hostLink('rack/1 ü')), { view: 'hosts', name: 'rack/1 ü' })
  t.match(readLocation('#/hosts/%E0%A4%A'), { name: '%E0%A4%A' }, 'broken escapes stay as they are')
})

t.test('what stands between backticks is code', async t => {
  const shape = (text: string) =>
    [withCode(text)].flat().map(piece => (typeof piece === 'string' ? piece : 'code'))
  t.strictSame(shape('run `bootwright check` first'), ['run ', 'code', ' first'])
  t.strictSame(shape('nothing'), ['nothing'])
  t.strictSame(shape('a lone ` stays'), ['a lone ` stays'])
})
