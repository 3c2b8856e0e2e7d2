import type { Log } from '../base/log.ts'

/** Work that is done again and again. A turn that fails is said, and the next one tries again. */
export function createEvery(log: Log) {
  return (ms: number, what: string, turn: () => void | Promise<void>): NodeJS.Timeout =>
    setInterval(async () => {
      try {
        await turn()
      } catch (error) {
        log.error({ err: error }, `${what} could not be looked after`)
      }
    }, ms)
}
