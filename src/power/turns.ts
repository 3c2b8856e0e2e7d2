/** Runs work, so much of it at the same time; the rest waits in its order. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>

/** `most` is asked whenever a place may have become free: it may change with the config. */
export function createTurns(most: () => number): Turns {
  const waiting: (() => void)[] = []
  let running = 0
  const next = () => {
    while (waiting.length > 0 && running < most()) {
      running += 1
      waiting.shift()?.()
    }
  }
  return async work => {
    const turn = Promise.withResolvers<void>()
    waiting.push(turn.resolve)
    next()
    await turn.promise
    try {
      return await work()
    } finally {
      running -= 1
      next()
    }
  }
}
