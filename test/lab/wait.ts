import { setTimeout as sleep } from 'node:timers/promises'
import { createPatience, tickMs } from '../patience.ts'

/**
 * Asks again and again until there is an answer; rejects with what was waited for when it is late, by the
 * seconds of an idle machine.
 */
export async function waitUntil<T>(
  what: string | (() => string),
  seconds: number,
  ask: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const isOver = createPatience(seconds)
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (isOver()) {
      throw new Error(`${seconds} s passed without ${typeof what === 'string' ? what : what()}`)
    }
    await sleep(tickMs)
  }
}
