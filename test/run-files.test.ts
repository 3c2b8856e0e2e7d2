import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { makeFolder } from './folder.ts'
import { sharesProcess } from './imports.ts'
import { createMeter, inGroups, runFiles } from './run-files.ts'

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

t.test('files that share a process: what each says, and what fails by its name', async t => {
  const tap = pathToFileURL(join(import.meta.dirname, '../node_modules/tap/dist/esm/index.js')).href
  const file = (body: string) => `import t from ${JSON.stringify(tap)}\n${body}`
  const cwd = makeFolder(t, {
    'a.mjs': file("t.test('first', async t => t.pass()); globalThis.loaded = 1"),
    'b.mjs': file("t.test('second', async t => t.equal(globalThis.loaded, 2))"),
    'c.mjs': file("t.test('third', async t => t.pass()); globalThis.loaded = 2"),
    'd.mjs': 'throw new Error("not to be loaded")',
  })
  const said: string[] = []
  const say = (line: string) => said.push(line.trim().replace(/=[\d.]+s/g, '='))
  const how = { cwd, env: process.env, jobs: 1, stuck: 60_000, say }
  const groups = inGroups(['a.mjs', 'b.mjs', 'c.mjs', 'd.mjs'], 3)
  t.strictSame(groups, [['a.mjs', 'b.mjs', 'c.mjs'], ['d.mjs']])
  t.match(await runFiles(groups, how), { passed: 3, failed: 1 })
  t.equal(said[0], 'ok 1 - 3 files, a.mjs to c.mjs # time= cpu=')
  t.ok(said.includes('not ok 2 - 1 files, d.mjs to d.mjs # time= cpu='))
  t.ok(said.some(line => line.includes('not to be loaded')))
})

t.test('a file that does something to all tests of its process has one of its own', async t => {
  const file = join(makeFolder(t), 'x.test.ts')
  const shares = (text: string) => {
    writeFileSync(file, text)
    return sharesProcess(file)
  }
  const apart = [
    'const root = makeFolder(t, {})',
    't.setTimeout(fileTimeout(1))',
    "mock.timers.enable({ apis: ['setInterval'] })",
    't.beforeEach(() => {})',
    "import { spawn } from 'node:child_process'",
    "process.env.TFTP_ENGINE = 'dgram'",
  ]
  for (const line of apart) t.notOk(shares(`import t from 'tap'\n${line}\n`), line)
  t.ok(shares("t.test('x', async t => {\n  const folder = makeFolder(t)\n})\n"))
})

t.test('another file is begun while processors have nothing to do', async t => {
  const passes = "console.log('# { total: 1, pass: 1 }')"
  const cwd = makeFolder(t, {
    'waits.mjs': `import fs from 'node:fs'
setInterval(() => { if (fs.existsSync('begun')) { ${passes}; process.exit() } }, 20)`,
    'alone.mjs': `import fs from 'node:fs'
setTimeout(() => { if (!fs.existsSync('begun')) ${passes} }, 300)`,
    'begins.mjs': `import fs from 'node:fs'
fs.writeFileSync('begun', '')
${passes}`,
  })
  const run = (idle: number, first: string) => {
    const spare = { most: 1, free: () => idle, every: 10 }
    const how = { cwd, env: process.env, jobs: 1, stuck: 60_000, say: () => {}, spare }
    return runFiles([first, 'begins.mjs'], how)
  }
  t.match(await run(0.2, 'alone.mjs'), { passed: 2, failed: 0 }, 'after it')
  rmSync(join(cwd, 'begun'))
  t.match(await run(0.3, 'waits.mjs'), { passed: 2, failed: 0 }, 'beside it')
})
