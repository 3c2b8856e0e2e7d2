import { exitCode } from './exit-code.ts'
import { type Counts, createTapReport, sum } from './tap-report.ts'

/** Where and how test files run. */
export interface Runner {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** How many at once. */
  readonly jobs: number
  /** Milliseconds after which a file is killed that did not even end itself. */
  readonly stuck: number
  say(line: string): void
}

/**
 * Runs test files in their order, some at once: a line for each that passed, all its output for one that
 * did not. Node runs them and not `tap`, whose hooks every program that a test starts would load as well.
 */
export async function runFiles(files: readonly string[], runner: Runner): Promise<Counts> {
  const results: Counts[] = []
  const rest = [...files]
  const stop = () => rest.splice(0)
  process.on('SIGINT', stop).on('SIGTERM', stop)
  const work = async () => {
    for (let file = rest.shift(); file !== undefined; file = rest.shift()) {
      const { counts, show } = await runFile(file, runner)
      results.push(counts)
      show(results.length)
    }
  }
  await Promise.all(Array.from({ length: runner.jobs }, work))
  process.off('SIGINT', stop).off('SIGTERM', stop)
  return sum(results)
}

async function runFile(file: string, { cwd, env, stuck, say }: Runner) {
  const report = createTapReport(file)
  const start = performance.now()
  const how = { cwd, env, timeout: stuck }
  const counts = report.counts(await exitCode([process.execPath, file], how, report.take))
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  const show = (number: number) => {
    if (counts.failed > 0) for (const line of report.lines) say(line)
    say(`${counts.failed > 0 ? 'not ok' : 'ok'} ${number} - ${file} # time=${seconds}s`)
  }
  return { counts, show }
}
