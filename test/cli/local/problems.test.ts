import t from 'tap'
import { countOfProblems, formatProblems } from '../../../src/cli/local/problems.ts'
import type { Problem } from '../../../src/config/config.ts'

const text = 'networks: { lan: {} }\nhttp: { port: "8080" }\n'
const mistake: Problem = {
  severity: 'error',
  line: 2,
  column: 15,
  path: 'http.port',
  message: 'is wrong',
}
const warning: Problem = { ...mistake, severity: 'warning', line: 1, column: 1 }
const plain = { width: undefined, colour: false, isTerminal: false }

t.test('a line each, for programs', async t => {
  const shown = formatProblems('c.yaml', text, [warning, mistake], plain)
  t.equal(shown, 'c.yaml:1:1: http.port: warning: is wrong\nc.yaml:2:15: http.port: is wrong\n')
})

t.test('the line and a caret, for people', async t => {
  const shown = formatProblems('c.yaml', text, [mistake], { ...plain, isTerminal: true })
  t.equal(
    shown,
    [
      'c.yaml:2:15: http.port: is wrong',
      '     2 | http: { port: "8080" }',
      '       |               ^',
      'c.yaml: 1 mistake',
      '',
    ].join('\n'),
  )
})

t.test('colours', async t => {
  const shown = formatProblems('c', text, [mistake], { ...plain, colour: true, isTerminal: true })
  t.match(shown, '\x1b[31mc:2:15: http.port: is wrong\x1b[0m\n')
})

t.test('of a long line the part around the place, and no password', async t => {
  const long = `${'x'.repeat(300)}y: http://me:secret@x/ ${'z'.repeat(300)}`
  const at = { ...mistake, line: 1, column: 301 }
  const shown = formatProblems('c', long, [at], { ...plain, isTerminal: true })
  t.ok(shown.split('\n').every(line => line.length < 200))
  t.notMatch(shown, 'secret')
  const [, source = '', caret = ''] = shown.split('\n')
  t.equal(source[caret.indexOf('^')], 'y')
})

t.test('the count', async t => {
  t.equal(countOfProblems([mistake]), '1 mistake')
  t.equal(countOfProblems([mistake, mistake, warning, warning]), '2 mistakes, 2 warnings')
  t.equal(countOfProblems([]), '')
})
