import t from 'tap'
import { linesOf, tableOf, withTable } from '../../bench/all-table.ts'
import { benches, type Row, rows } from '../../bench/rows.ts'

const row: Row = {
  ...{ what: 'a thing', bench: 'b', unit: 'MB/s', figure: ['here'] },
  ...{ ratio: ['ratio'], beside: 'a peer' },
}
const measured = (...all: [here: number, ratio: number][]) =>
  new Map([['b', all.map(([here, ratio]) => ({ here, ratio }))]])

t.test('a row has its median, its spread, and what that says', async t => {
  const line = (of: Row, ...all: [number, number][]) =>
    tableOf([of], measured(...all)).split('\n')[2]
  t.equal(
    line(row, [10, 1.1], [12, 1.3], [30, 1.2]),
    '| a thing | 12 (10 to 30) MB/s | 1.2 (1.1 to 1.3) x a peer |',
  )
  t.match(line(row, [10, 0.9], [10, 1.1]), 'x a peer: the spread hides who is ahead |')
  t.match(line(row, [10, 0.8], [10, 0.9]), 'x a peer: behind |')
  t.match(line({ ...row, isCost: true }, [10, 0.8], [10, 0.9]), 'x a peer |')
  t.match(line({ ...row, isCost: true }, [10, 1.8], [10, 1.9]), 'x a peer: behind |')
  const { ratio: _, beside: __, ...alone } = row
  t.equal(line(alone, [10, 1]), '| a thing | 10 MB/s | |')
})

t.test('what was not measured has no row', async t => {
  t.equal(tableOf([row, { ...row, bench: 'other' }], measured([1, 1])).split('\n').length, 3)
  t.equal(
    tableOf([{ ...row, figure: ['nowhere', 'else'] }], measured([1, 1])).split('\n').length,
    2,
  )
})

t.test('the table stands between its marks', async t => {
  const marks = ['<!-- npm run bench writes from here -->', '<!-- to here -->'] as const
  const document = `before\n${marks[0]}\nold\n${marks[1]}\nafter\n`
  t.equal(withTable(document, 'new'), `before\n${marks[0]}\nnew\n${marks[1]}\nafter\n`)
  t.throws(() => withTable('no marks', 'new'), /no place for the table/)
  const line = '| a thing | 12 MB/s | |'
  t.equal(linesOf(`| what | here |\n${line}\ntext | more`).get('a thing'), line)
})

t.test('every row is of a bench that is there', async t => {
  for (const { bench } of rows) t.ok(benches.some(({ name }) => name === bench))
})
