/**
 * Epoch milliseconds that never jump: the wall clock at start, counted on by the monotonic clock.
 * Leases and deadlines use it, so that a clock that is set in the middle ends none of them.
 */
export function steadyClock(): () => number {
  const offset = Date.now() - performance.now()
  return () => Math.round(offset + performance.now())
}
