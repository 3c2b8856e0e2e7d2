/** Runs work, so much of it at the same time; the rest waits in its order. */
export interface Turns {
  /** `who` is for the line alone. */
  run<T>(work: () => Promise<T>, who?: string): Promise<T>
  /** Who waits, in their order. */
  line(): readonly string[]
}

interface Waiter {
  readonly who: string
  readonly go: () => void
}

/** `most` is asked whenever a place may have become free: it may change with the config. */
export function createTurns(most: () => number): Turns {
  const waiting: Waiter[] = []
  let running = 0
  const next = () => {
    while (waiting.length > 0 && running < most()) {
      running += 1
      waiting.shift()?.go()
    }
  }
  return {
    line: () => waiting.map(({ who }) => who),
    async run(work, who = '') {
      const turn = Promise.withResolvers<void>()
      waiting.push({ who, go: turn.resolve })
      next()
      await turn.promise
      try {
        return await work()
      } finally {
        running -= 1
        next()
      }
    },
  }
}
