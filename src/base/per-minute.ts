import { remember } from './bounded.ts'

/** How often something may happen for each name. */
export interface Rate {
  /** At once, after a pause. */
  readonly burst: number
  /** From then on. */
  readonly perSecond: number
}

export interface Limiter {
  /** Counts it, and says whether it may happen. */
  take(name: string): boolean
  /** Seconds until it may happen, rounded up; 0 when it may now. Counts nothing. */
  waitOf(name: string): number
}

/** Names looked after; the longest unheard are forgotten first. */
const kept = 10_000

/**
 * Holds each name to its rate. What is refused counts nothing, so that whoever never stops asking still
 * gets his share. `now` is milliseconds.
 */
export function createLimiter({ burst, perSecond }: Rate, now: () => number): Limiter {
  const refill = 1000 / perSecond
  /** When a name will have its whole burst again. */
  const fullAt = new Map<string, number>()
  const waitOf = (name: string, at: number) => {
    const wait = (fullAt.get(name) ?? 0) - at - (burst - 1) * refill
    // Sums of fractions are not exact.
    return wait > 1e-3 ? wait : 0
  }

  return {
    take(name) {
      const at = now()
      const full = Math.max(fullAt.get(name) ?? 0, at)
      const may = waitOf(name, at) === 0
      // Also who is refused was heard: others must not push him out and so free him.
      remember(fullAt, name, may ? full + refill : full, kept)
      return may
    },
    waitOf: name => Math.ceil(waitOf(name, now()) / 1000),
  }
}

/** Says whether something may happen for somebody now: so many times in each minute. */
export function createPerMinute(most: number, now: () => number): (name: string) => boolean {
  return createLimiter({ burst: most, perSecond: most / 60 }, now).take
}
