import { cpus, loadavg } from 'node:os'

/** The middle of the figures; of an even number, between the two in the middle. */
export function median(all: readonly number[]): number {
  const sorted = all.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  if (sorted.length % 2 === 1) return sorted[middle] ?? Number.NaN
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
}

/** A figure as it is printed: four digits. */
export function digits(value: number): number {
  return Number(value.toPrecision(4))
}

/** What it was measured on, and how busy that is. */
export function machine() {
  return { cpus: cpus().length, model: cpus()[0]?.model, load: loadavg().map(digits) }
}
