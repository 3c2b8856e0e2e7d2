import { setTimeout as sleep } from 'node:timers/promises'

/** Asks again and again until there is an answer; rejects with what was waited for when it is late. */
export async function waitUntil<T>(
  what: string | (() => string),
  seconds: number,
  ask: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const end = performance.now() + seconds * 1000
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (performance.now() > end) {
      throw new Error(`${seconds} s passed without ${typeof what === 'string' ? what : what()}`)
    }
    await sleep(200)
  }
}
