import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { exitCode } from './exit-code.ts'
import { type Counts, createTapReport, sum } from './tap-report.ts'

/** Where and how test files run. */
export interface Runner {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** How many at once. */
  readonly jobs: number
  /** So many more while processors have nothing to do. */
  readonly spare?: Spare | undefined
  /** Milliseconds after which a file is killed that did not even end itself. */
  readonly stuck: number
  say(line: string): void
}

/** Files that are begun besides, one each time that the processors had time. */
export interface Spare {
  readonly most: number
  /** How much of the processors nobody wanted since the last question, from 0 to 1. */
  free(): number
  /** Milliseconds between two questions. */
  readonly every: number
}
/** Half a processor of two. */
const enough = 0.25

/** A test file, or some that share a process, as together.ts runs them. */
export type Work = string | readonly string[]

/** Test files in their order, so many in a process. */
export function inGroups(files: readonly string[], size: number): (readonly string[])[] {
  const groups = Math.ceil(files.length / size)
  return Array.from({ length: groups }, (_, n) => files.slice(n * size, (n + 1) * size))
}

/**
 * Runs test files in their order, some at once: a line for each that passed, all its output for one that
 * did not. Node runs them and not `tap`, whose hooks every program that a test starts would load as well.
 */
export async function runFiles(files: readonly Work[], runner: Runner): Promise<Counts> {
  const results: Counts[] = []
  const rest = [...files]
  const stop = () => rest.splice(0)
  process.on('SIGINT', stop).on('SIGTERM', stop)
  const work = async () => {
    const file = rest.shift()
    if (file === undefined) return
    const { counts, show } = await runFile(file, runner)
    results.push(counts)
    show(results.length)
  }
  const lane = async () => {
    while (rest.length > 0) await work()
  }
  const others = beside(runner.spare, work)
  await Promise.all(Array.from({ length: runner.jobs }, lane))
  await others.end()
  process.off('SIGINT', stop).off('SIGTERM', stop)
  return sum(results)
}

function beside(spare: Spare | undefined, work: () => Promise<void>) {
  const running = new Set<Promise<void>>()
  const look = () => {
    if (!spare || running.size >= spare.most || spare.free() < enough) return
    const one = work().finally(() => running.delete(one))
    running.add(one)
  }
  const clock = spare && setInterval(look, spare.every)
  return {
    async end() {
      clearInterval(clock)
      await Promise.all(running)
    },
  }
}

/**
 * Seconds of a processor that everything took which this process started and which has ended since the last
 * question: time under load says little about a file. Nothing where the kernel does not tell.
 */
export function createMeter(stat = '/proc/self/stat'): () => number | undefined {
  const total = () => {
    try {
      // The name may have spaces. cutime and cstime, in hundredths: fields 16 and 17 of proc_pid_stat(5).
      const fields = readFileSync(stat, 'utf8').split(') ').at(-1)?.split(' ') ?? []
      return (Number(fields[13]) + Number(fields[14])) / 100
    } catch {
      return undefined
    }
  }
  let last = total() ?? 0
  return () => {
    const now = total()
    const spent = now === undefined ? undefined : now - last
    last = now ?? last
    return spent
  }
}

const meter = createMeter()

/** What the line of something that has just ended says of that. */
export function cpuTaken(): string {
  const cpu = meter()
  return cpu === undefined ? '' : ` cpu=${cpu.toFixed(1)}s`
}

/** The files of {@link together}, a line each: tap names folders by the arguments of a process. */
export const filesVariable = 'BOOTWRIGHT_TEST_FILES'

const together = fileURLToPath(new URL('together.ts', import.meta.url))

async function runFile(work: Work, { cwd, env, stuck, say }: Runner) {
  const isOne = typeof work === 'string'
  const file = isOne ? work : `${work.length} files, ${work[0]} to ${work.at(-1)}`
  const command = [process.execPath, isOne ? work : together]
  const report = createTapReport(file)
  const start = performance.now()
  const files = isOne ? {} : { [filesVariable]: work.join('\n') }
  const how = { cwd, env: { ...env, ...files }, timeout: stuck }
  const counts = report.counts(await exitCode(command, how, report.take))
  const spent = cpuTaken()
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  const show = (number: number) => {
    if (counts.failed > 0) for (const line of report.lines) say(line)
    say(`${counts.failed > 0 ? 'not ok' : 'ok'} ${number} - ${file} # time=${seconds}s${spent}`)
  }
  return { counts, show }
}
