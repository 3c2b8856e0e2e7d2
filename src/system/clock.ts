import type { Clock } from '../base/clock.ts'

/**
 * Epoch milliseconds that never jump: the wall clock at start, counted on by the monotonic clock.
 * Leases and deadlines use it, so that a clock that is set in the middle ends none of them.
 */
export function steadyClock({ wall, steady }: Clock): () => number {
  const offset = wall() - steady()
  return () => Math.round(offset + steady())
}
