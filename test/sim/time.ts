import type { Clock } from '../../src/base/clock.ts'
import { realTurn } from './no-real-time.ts'
import type { Throws } from './throws.ts'

interface Due {
  readonly at: number
  readonly nth: number
  readonly work: () => void
}

/** Whose time it is: when it has ended nothing of it happens any more. */
export interface Alive {
  readonly isAlive: () => boolean
  /** It threw where nobody catches, by which a process ends. */
  readonly died: (error: unknown) => void
}

/** Epoch milliseconds at which every simulation begins. */
export const beginning = Date.UTC(2026, 10, 20, 12)
/** What is done again and again is done less often the longer nothing happens, as on a computer that sleeps. */
const longestPause = 600_000

/** Virtual time: what is due happens in its order, at once, and all that follows before the next. */
export function createTime(roll: Throws) {
  const queue = createQueue()
  let now = 0
  let busyAt = 0
  let wallAhead = 0
  const startled: (() => void)[] = []
  const at = (ms: number, work: () => void): void => queue.add(now + Math.max(0, ms), work)

  return {
    now: () => now,
    at,
    /** Something happened: nobody is drowsy. */
    stir(): void {
      busyAt = now
      for (const work of startled.splice(0)) work()
    },
    /** Calls as soon as something happens. */
    whenStirred: (work: () => void): void => void startled.push(work),
    /** Somebody sets the clock on the wall, so many milliseconds ahead of the truth. */
    setWall(ahead: number): void {
      wallAhead = ahead
    },
    sleep: (ms: number): Promise<void> => new Promise(resolve => at(ms, resolve)),

    /** The clock of one process. */
    clockOf({ isAlive, died }: Alive): Clock {
      const guarded = (work: () => void) => () => {
        if (!isAlive()) return
        try {
          work()
        } catch (error) {
          died(error)
        }
      }
      const sleep = (ms: number) => new Promise<void>(resolve => at(ms, guarded(resolve)))
      const every = (ms: number, work: () => void) => {
        let isOver = false
        const again = () => {
          const pause = Math.max(ms, Math.min(2 * (now - busyAt), longestPause))
          at(pause + roll(20), () => {
            if (isOver || !isAlive()) return
            guarded(work)()
            again()
          })
        }
        again()
        return () => {
          isOver = true
        }
      }
      return {
        steady: () => now,
        wall: () => beginning + now + wallAhead,
        ...{ sleep, sleepIdle: sleep, every, everyIdle: every },
        soon: (work, value) =>
          at(
            0,
            guarded(() => work(value)),
          ),
      }
    },

    /** Lets all happen that is due until then. */
    async run(until: number, isOver: () => boolean = () => false): Promise<void> {
      for (let next = queue.take(until); next && !isOver(); next = queue.take(until)) {
        now = next.at
        next.work()
        await turn()
      }
      if (!isOver()) now = until
    },
  }
}

export type Time = ReturnType<typeof createTime>

/** All promises that are kept by now have told so. */
const turn = () => new Promise(resolve => realTurn(resolve))

/** A binary heap by time, then by who came first. */
function createQueue() {
  const heap: Due[] = []
  let count = 0
  const isBefore = (a: Due, b: Due) => a.at < b.at || (a.at === b.at && a.nth < b.nth)
  const entry = (n: number): Due => heap[n] as Due
  const swap = (a: number, b: number) => {
    const held = entry(a)
    heap[a] = entry(b)
    heap[b] = held
  }
  return {
    add(at: number, work: () => void): void {
      heap.push({ at, nth: count++, work })
      for (let n = heap.length - 1; n > 0; ) {
        const above = (n - 1) >> 1
        if (!isBefore(entry(n), entry(above))) return
        swap(n, above)
        n = above
      }
    },
    take(until: number): Due | undefined {
      const [first] = heap
      if (!first || first.at > until) return undefined
      const last = heap.pop() as Due
      if (heap.length === 0) return first
      heap[0] = last
      for (let n = 0; ; ) {
        const [left, right] = [2 * n + 1, 2 * n + 2]
        let least = n
        if (left < heap.length && isBefore(entry(left), entry(least))) least = left
        if (right < heap.length && isBefore(entry(right), entry(least))) least = right
        if (least === n) return first
        swap(n, least)
        n = least
      }
    },
  }
}
