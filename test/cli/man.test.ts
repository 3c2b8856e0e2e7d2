import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { everySpec } from '../../src/cli/every-command.ts'
import { manPage, run } from '../../src/cli/man.ts'
import { fakeIo } from './fake.ts'

t.test('man opens it, and finds nothing to warn of', async t => {
  const { io, out, dir } = fakeIo(t, 'http://127.0.0.1:1')
  t.equal(run([], io, everySpec), 0)
  const page = join(dir, 'bootwright.1')
  writeFileSync(page, out())
  const env = { ...process.env, MANWIDTH: '80', LC_ALL: 'C.UTF-8', MAN_KEEP_FORMATTING: '' }
  const read = spawnSync('man', ['--warnings', '-l', page], { encoding: 'utf8', env })
  t.equal(read.status, 0)
  t.equal(read.stderr, '')
  for (const { name, options } of everySpec) {
    t.match(read.stdout, new RegExp(`^   ${name}$`, 'm'))
    for (const option of Object.keys(options)) t.match(read.stdout, `--${option}`)
  }
  t.match(read.stdout, 'bootwright install --where tag=lab --yes --wait --stop-after 3')
  for (const line of read.stdout.split('\n')) t.ok(line.length <= 82, line)
})

t.test('words that roff would take for its own', async t => {
  const command = { name: 'x', line: '', brief: '', options: {}, words: { min: 0, max: 0 } }
  const page = manPage([{ ...command, summary: ".start \\n 'quoted'" }])
  t.match(page, "\\&.start \\en 'quoted'")
})
