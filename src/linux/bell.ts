import { writeSync } from 'node:fs'

/** One, as the kernel counts (eventfd(2)). */
const one = new Uint8Array(BigUint64Array.of(1n).buffer)

/** Wakes the thread that waits for this eventfd. */
export function ring(bell: number): void {
  writeSync(bell, one)
}
