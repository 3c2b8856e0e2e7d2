import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makeFolder } from './folder.ts'
import { createMeter, runFiles } from './run-files.ts'

t.test('files run in their order; one that fails shows all it said', async t => {
  const tap = (...lines: string[]) => lines.map(line => `console.log(${JSON.stringify(line)})`)
  const cwd = makeFolder(t, {
    'good.mjs': tap('ok 1 - fine', '# { total: 1, pass: 1 }').join('\n'),
    'bad.mjs': [
      ...tap('not ok 1 - no', '# { total: 2, pass: 1, fail: 1 }'),
      'process.exit(1)',
    ].join('\n'),
    'dead.mjs': 'process.kill(process.pid, "SIGKILL")',
    'stuck.mjs': 'setInterval(() => {}, 1000)',
  })
  const said: string[] = []
  const say = (line: string) => said.push(line.replace(/=[\d.]+s/g, '='))
  const how = { cwd, env: process.env, jobs: 1, stuck: 60_000, say }
  t.strictSame(await runFiles(['good.mjs', 'bad.mjs', 'dead.mjs'], how), {
    passed: 2,
    failed: 2,
    skipped: ['dead.mjs: nothing ran'],
  })
  t.strictSame(said, [
    'ok 1 - good.mjs # time= cpu=',
    'not ok 1 - no',
    '# { total: 2, pass: 1, fail: 1 }',
    'not ok 2 - bad.mjs # time= cpu=',
    'not ok 3 - dead.mjs # time= cpu=',
  ])
  t.equal((await runFiles(['stuck.mjs'], { ...how, stuck: 100 })).failed, 1)
})

t.test('the processor’s seconds of what has ended since the last question', async t => {
  const stat = join(makeFolder(t), 'stat')
  const write = (user: number, system: number) =>
    writeFileSync(stat, `7 (a (b) c) S 1 7 7 0 -1 4194304 9 9 9 9 800 900 ${user} ${system} 20 0 1`)
  write(150, 50)
  const meter = createMeter(stat)
  t.equal(meter(), 0)
  write(400, 100)
  t.equal(meter(), 3)
  t.equal(meter(), 0)
  t.equal(createMeter(`${stat}-not-there`)(), undefined)
})
