/** Time as a daemon has it: the computer's, or one that a simulation makes up. */
export interface Clock {
  /** Milliseconds of a clock that is never set. */
  steady(): number
  /** Epoch milliseconds, as people read them: somebody may set that clock. */
  wall(): number
  /** Resolves after so many milliseconds. */
  sleep(ms: number): Promise<void>
  /** The same, and no process lives on for it. */
  sleepIdle(ms: number): Promise<void>
  /** Calls when the event loop turns. */
  soon<T>(work: (value: T) => void, value: T): void
  /** Calls again and again, until what it returns is called. */
  every(ms: number, work: () => void): () => void
  /** The same, and no process lives on for it. */
  everyIdle(ms: number, work: () => void): () => void
}

export const computerClock: Clock = {
  steady: () => performance.now(),
  wall: () => Date.now(),
  sleep: ms => new Promise(resolve => setTimeout(resolve, ms)),
  sleepIdle: ms => new Promise(resolve => setTimeout(resolve, ms).unref()),
  soon: (work, value) => void setImmediate(work, value),
  every: (ms, work) => until(setInterval(work, ms)),
  everyIdle: (ms, work) => until(setInterval(work, ms).unref()),
}

function until(timer: NodeJS.Timeout): () => void {
  return () => clearInterval(timer)
}
