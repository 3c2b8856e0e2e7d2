import t from 'tap'
import { makeFolder } from './folder.ts'
import { runFiles } from './run-files.ts'

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
  const say = (line: string) => said.push(line.replace(/[\d.]+s$/, ''))
  const how = { cwd, env: process.env, jobs: 1, stuck: 60_000, say }
  t.strictSame(await runFiles(['good.mjs', 'bad.mjs', 'dead.mjs'], how), {
    passed: 2,
    failed: 2,
    skipped: ['dead.mjs: nothing ran'],
  })
  t.strictSame(said, [
    'ok 1 - good.mjs # time=',
    'not ok 1 - no',
    '# { total: 2, pass: 1, fail: 1 }',
    'not ok 2 - bad.mjs # time=',
    'not ok 3 - dead.mjs # time=',
  ])
  t.equal((await runFiles(['stuck.mjs'], { ...how, stuck: 100 })).failed, 1)
})
