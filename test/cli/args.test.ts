import t from 'tap'
import { type CommandSpec, shortUsage, usageOf } from '../../src/cli/args.ts'
import { parseCommand } from '../../src/cli/parse-command.ts'

const spec: CommandSpec = {
  name: 'paint',
  line: 'COLOUR [--on WALL] [--twice]',
  brief: 'paints',
  summary: 'Paints.',
  options: {
    on: { value: 'WALL', many: true, help: 'where' },
    twice: { help: 'two coats' },
    brush: { value: 'B', help: 'with what' },
  },
  words: { min: 1, max: 2 },
}

t.test('reads options and words', async t => {
  const parsed = parseCommand(spec, ['--on', 'a', 'red', '--on=b', '--twice', '--', '--blue'])
  if (parsed.kind !== 'run') return t.fail(parsed.kind)
  t.strictSame(parsed.words, ['red', '--blue'])
  t.strictSame(parsed.values.list('on'), ['a', 'b'])
  t.equal(parsed.values.text('on'), 'a')
  t.equal(parsed.values.has('twice'), true)
  t.equal(parsed.values.text('brush'), undefined)
  t.strictSame(parsed.values.list('brush'), [])
})

const wrong = [
  [['red', '--twise'], 'there is no option --twise; did you mean --twice?'],
  [['red', '--tw'], 'there is no option --tw; did you mean --twice?'],
  [['red', '--bursh=x'], 'there is no option --bursh; did you mean --brush?'],
  [['red', '--elephant'], 'there is no option --elephant'],
  [['red', '-x'], 'there is no option -x'],
  [['red', '--constructor'], 'there is no option --constructor'],
  [['red', '--twice=yes'], '--twice takes no value'],
  [['red', '--brush'], '--brush needs a value: --brush B'],
  [['red', '--brush='], '--brush needs a value: --brush B'],
  [['red', '--brush', '--twice'], '--brush needs a value: --brush B'],
  [[], 'it needs the name of a host'],
  [['a', 'b', 'c'], '"c" is one too many'],
] as const

for (const [argv, message] of wrong) {
  t.test(`${argv.join(' ')}: ${message}`, async t =>
    t.strictSame(parseCommand(spec, argv), { kind: 'wrong', message }),
  )
}

t.test('help comes before missing words, not before wrong options', async t => {
  t.strictSame(parseCommand(spec, ['--help']), { kind: 'help' })
  t.strictSame(parseCommand(spec, ['-h']), { kind: 'help' })
  t.equal(parseCommand(spec, ['--help', '--nonsense']).kind, 'wrong')
})

t.test('a command that takes no words', async t => {
  const parsed = parseCommand({ ...spec, words: { min: 0, max: 0 } }, ['a', 'b'])
  t.strictSame(parsed, { kind: 'wrong', message: 'it takes no words, but got "a b"' })
})

t.test('usage text', async t => {
  t.equal(
    usageOf(spec),
    `usage: bootwright paint COLOUR [--on WALL] [--twice]

Paints.

  --on WALL  where
  --twice    two coats
  --brush B  with what
  --help     write this
`,
  )
})

t.test('beside a mistake the usage is one line', async t => {
  const rows = [
    ['COLOUR [--on WALL]', 'paint COLOUR [options]'],
    ['HOST... [--where W]\n       [--yes]', 'paint HOST... [options]'],
    ['[HOST] [--follow]', 'paint [HOST] [options]'],
    ['[--json]', 'paint [options]'],
    ['', 'paint [options]'],
  ] as const
  for (const [line, usage] of rows) {
    const said = `usage: bootwright ${usage}; bootwright paint --help says more`
    t.equal(shortUsage({ ...spec, line }), said)
  }
})
