import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'

/**
 * Work that is done again and again, until what is returned is called. A turn that fails is said, and the next
 * one tries again.
 */
export function createEvery(log: Log, clock: Pick<Clock, 'every'>) {
  return (ms: number, what: string, turn: () => void | Promise<void>): (() => void) =>
    clock.every(ms, async () => {
      try {
        await turn()
      } catch (error) {
        log.error({ err: error }, `${what} could not be looked after`)
      }
    })
}
