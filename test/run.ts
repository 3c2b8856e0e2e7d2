/** `npm test`: packages, types, lint, all tests; ends with `N passed, N failed`. */
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { exitCode } from './exit-code.ts'
import { createIdleMeter } from './idle.ts'
import { sharesProcess, startsPrograms } from './imports.ts'
import { ensurePackages, installCommand } from './lab/packages.ts'
import { dueOf, longs } from './long.ts'
import { longestFirst } from './order.ts'
import { fileTimeout, pace, paceVariable } from './patience.ts'
import { cpuTaken, inGroups, runFiles, type Spare, type Work } from './run-files.ts'
import { type Counts, sum } from './tap-report.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = join(root, 'node_modules/.bin')
const path = `${bin}${delimiter}${process.env.PATH}`
const env = {
  ...process.env,
  PATH: path,
  [paceVariable]: String(pace),
  // Seconds for a file that asks for no others: what takes two minutes takes more while others work.
  TAP_TIMEOUT: String(fileTimeout(5) / 1000),
  // Half of the time of a short process is Node reading and compiling its modules: that is kept.
  NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/compiled'),
}
const say = (line: string) => process.stdout.write(`${line}\n`)

const due = dueOf(root)
const files = [
  ...globSync('test/**/*.{test,lab}.ts', { cwd: root }),
  ...due.map(({ file }) => file),
]
const startsAny = (file: string) => startsPrograms(join(root, file))
const shares = (file: string) => sharesProcess(join(root, file))
const installed = packages()
// What needs none of them runs while they are installed.
heading('types, lint, and tests that start no program')
const pure = files.filter(file => !startsAny(file)).toSorted()
const quick = [...inGroups(pure.filter(shares), 24), ...pure.filter(file => !shares(file))]
const results = (await Promise.all([checks(), run(quick, availableParallelism())])).flat()
await installed
// Labs and all others in one row, so that no processor is idle. Twice as many as there are processors, since
// most of them also wait: for clocks, and for machines that wait for clocks; more while many do.
heading('tests')
const spare = { most: 2 * availableParallelism(), free: createIdleMeter(), every: 3000 }
results.push(await run(longestFirst(files.filter(startsAny)), 2 * availableParallelism(), spare))
finish(results)

async function packages(): Promise<void> {
  heading('packages')
  const missing = await ensurePackages(say)
  if (missing.length === 0) say('all there')
  else say(`missing, so tests will be skipped: ${installCommand(missing)}`)
}

async function checks(): Promise<Counts[]> {
  return [
    await check('types', ['tsc']),
    await check('types of the page', ['tsc', '-p', 'src/page']),
    await check('types of the page’s tests', ['tsc', '-p', 'test/page']),
    await check('lint', ['biome', 'check', '--error-on-warnings']),
  ]
}

async function check(name: string, command: readonly string[]): Promise<Counts> {
  const lines: string[] = []
  const code = await exitCode(command, { cwd: root, env }, line => lines.push(line))
  for (const line of lines) say(line)
  say(`${name}: ${code === 0 ? 'good' : 'FAILED'} #${cpuTaken()}`)
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: [] }
}

function run(work: readonly Work[], jobs: number, spare?: Spare): Promise<Counts> {
  return runFiles(work, { cwd: root, env, jobs, stuck: fileTimeout(15), say, spare })
}

function finish(results: readonly Counts[]): void {
  const { passed, failed, skipped } = sum(results)
  heading('result')
  for (const what of skipped) say(`skipped: ${what}`)
  for (const { file } of longs.filter(long => !due.includes(long))) {
    say(`not due, what it is about is as it was when it passed: ${file}`)
  }
  say(`${passed} passed, ${failed} failed`)
  process.exitCode = failed > 0 ? 1 : 0
}

function heading(text: string): void {
  say(`\n=== ${text}`)
}
