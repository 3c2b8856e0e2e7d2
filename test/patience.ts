import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/**
 * How long tests wait. Seconds are those of the machine on which they were measured, with nothing else to
 * do: on a slower or busier one they last longer, so that a bound says that something is stuck and not
 * that the day is slow.
 */

/** CPU milliseconds of `work` on that machine. */
const usualMs = 25
/** How often a waiting clock looks at the load. */
export const tickMs = 200
/** Nobody waits longer than so many times the seconds he was given. */
const longest = 20
/** Files are given up when one of their waits has no bound of its own. */
const lastResort = 4

/** Its children take the pace from here: it is measured once a run. */
export const paceVariable = 'BOOTWRIGHT_TEST_PACE'

/** How many times slower its processors are than those of that machine; 1 where they are faster. */
export const pace = Number(process.env[paceVariable]) || measurePace()

/** By CPU time, which does not count the work of others. */
export function measurePace(): number {
  work()
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return Math.max(1, (user + system) / 1000 / usualMs)
}

/** A fixed piece of arithmetic. */
function work(): number {
  let x = 1
  for (let n = 0; n < 20_000_000; n++) x = (Math.imul(x, 1_664_525) + 1_013_904_223) | 0
  return x
}

/** How many times longer everything takes just now: programs that want to run for each processor. */
function load(): number {
  try {
    const [, , , running = ''] = readFileSync('/proc/loadavg', 'utf8').split(' ')
    return Math.max(1, Number.parseInt(running, 10) / availableParallelism())
  } catch {
    return 1
  }
}

/** A clock for one wait: true once the seconds are over. To be asked again and again. */
export function createPatience(seconds: number, look = load, now = () => performance.now()) {
  const start = now()
  let last = start
  let left = seconds * 1000
  return (): boolean => {
    const time = now()
    if (time - last < tickMs / 2) return false
    left -= (time - last) / (pace * look())
    last = time
    return left <= 0 || time - start > seconds * 1000 * pace * longest
  }
}

/** Calls back when the seconds are over, unless the returned function is called before. */
export function after(seconds: number, late: () => void): () => void {
  const isOver = createPatience(seconds)
  const timer = setInterval(() => {
    if (!isOver()) return
    clearInterval(timer)
    late()
  }, tickMs)
  return () => clearInterval(timer)
}

/** Milliseconds for tap, after which a file is taken for stuck whatever it does. */
export function fileTimeout(minutes: number): number {
  return Math.ceil(minutes * 60_000 * pace * lastResort)
}
