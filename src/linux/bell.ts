import { writeSync } from 'node:fs'

/** One, as the kernel counts (eventfd(2)). */
const one = new Uint8Array(BigUint64Array.of(1n).buffer)

/** Wakes the thread that waits for this eventfd. */
export function ring(bell: number): void {
  writeSync(bell, one)
}

/** What {@link ringOnce} and the thread share: 1 from a ring until it is heard. */
export type Rung = Int32Array<SharedArrayBuffer>

export function createRung(): Rung {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
}

/**
 * {@link ring} where it was not rung since it was last heard: waking a thread takes longer than all else of an
 * order, and one that is awake looks at all orders that were given before it noted that it heard.
 */
export function ringOnce(bell: number, rung: Rung): void {
  if (Atomics.exchange(rung, 0, 1) === 0) ring(bell)
}

/** The thread has heard; to be called before it looks at its orders. */
export function noteHeard(rung: Rung): void {
  Atomics.store(rung, 0, 0)
}
