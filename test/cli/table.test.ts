import t from 'tap'
import { printable } from '../../src/base/printable.ts'
import { cut, formatTable, screenOf, wrapText } from '../../src/cli/table.ts'
import { fakeIo } from './fake.ts'

const columns = [
  { title: 'NAME' },
  { title: 'STATE' },
  { title: 'MAC', leave: 1 },
  { title: 'WHY', leave: 2, cut: 6 },
] as const
const rows = [
  ['node1', { text: 'failed', colour: 'red' }, '52:54:00:12:34:56', 'it never came back to us'],
  ['a', 'idle', '-', ''],
] as const
const plain = { width: undefined, colour: false }

t.test('plain, whatever its width', async t => {
  t.equal(
    formatTable(columns, rows, plain),
    `NAME   STATE   MAC                WHY
node1  failed  52:54:00:12:34:56  it never came back to us
a      idle    -
`,
  )
})

const narrow = [
  [58, 'node1  failed  52:54:00:12:34:56  it never came back to us'],
  [57, 'node1  failed  52:54:00:12:34:56  it never came back to …'],
  [40, 'node1  failed  52:54:00:12:34:56  it ne…'],
  [39, 'node1  failed  it never came back to us'],
  [38, 'node1  failed  it never came back to …'],
  [21, 'node1  failed  it ne…'],
  [20, 'node1  failed'],
  [5, 'node1  failed'],
] as const

for (const [width, line] of narrow) {
  t.test(`${width} columns`, async t => {
    const lines = formatTable(columns, rows, { width, colour: false }).split('\n')
    t.equal(lines[1], line)
    if (width >= 13) for (const each of lines) t.ok(each.length <= width, each)
  })
}

t.test('colours do not count as width', async t => {
  t.equal(
    formatTable([{ title: 'A' }, { title: 'B' }], [[{ text: 'x', colour: 'red' }, 'y']], {
      width: 80,
      colour: true,
    }),
    '\x1b[2mA\x1b[0m  \x1b[2mB\x1b[0m\n\x1b[31mx\x1b[0m  y\n',
  )
})

t.test('colours only on a terminal that wants them', async t => {
  const on = (env: Record<string, string>, isTerminal = true) =>
    screenOf(fakeIo(t, '', { isTerminal, columns: 80, env }).io)
  t.strictSame(on({}), { width: 80, colour: true })
  t.strictSame(on({ NO_COLOR: '' }), { width: 80, colour: true })
  t.strictSame(on({ NO_COLOR: '1' }), { width: 80, colour: false })
  t.strictSame(on({ TERM: 'dumb' }), { width: 80, colour: false })
  t.strictSame(on({}, false), { width: undefined, colour: false })
})

t.test('text from the wire cannot move the cursor', async t => {
  t.equal(printable('a\x1b[2Jb\r\n\u009b\u202ec'), 'a?[2Jb????c')
  t.match(formatTable([{ title: 'A' }], [['x\ny']], plain), 'x?y')
})

t.test('cuts by letters, not by halves of them', async t => {
  t.equal(cut('abc', 3), 'abc')
  t.equal(cut('abcd', 3), 'ab…')
  t.equal(cut('😀😀😀', 2), '😀…')
})

t.test('wraps between words', async t => {
  t.equal(wrapText('one two three four five six', 4, 24), 'one two three four\n    five six')
  t.equal(wrapText('one two', 4, undefined), 'one two')
  t.equal(wrapText('too narrow to be wrapped at all', 4, 20), 'too narrow to be wrapped at all')
})
