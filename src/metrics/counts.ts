/** How often something happened, for each combination of label values. Counting is one look-up. */
export interface Tally {
  add(values: readonly string[], by?: number): void
  entries(): readonly { readonly values: readonly string[]; readonly count: number }[]
}

/** `known` are there from the start: what has not happened yet is 0, and not missing. */
export function createTally(known: readonly (readonly string[])[] = []): Tally {
  const counts = new Map<string, { readonly values: readonly string[]; count: number }>()
  const tally: Tally = {
    add(values, by = 1) {
      const key = values.join('\n')
      const entry = counts.get(key)
      if (entry) entry.count += by
      else counts.set(key, { values, count: by })
    },
    entries: () => [...counts.values()],
  }
  for (const values of known) tally.add(values, 0)
  return tally
}

/** How long things took: seconds, in buckets of growing size. */
export interface Durations {
  readonly bounds: readonly number[]
  add(seconds: number): void
  /** How many took at most each bound, and how many there are, with the sum of all. */
  read(): { readonly atMost: readonly number[]; readonly count: number; readonly sum: number }
}

/** `bounds` grow; what takes longer than the last is only counted. */
export function createDurations(bounds: readonly number[]): Durations {
  const counts = bounds.map(() => 0)
  let count = 0
  let sum = 0
  return {
    bounds,
    add(seconds) {
      count++
      sum += seconds
      const at = bounds.findIndex(bound => seconds <= bound)
      if (at >= 0) counts[at] = (counts[at] ?? 0) + 1
    },
    read() {
      let below = 0
      const atMost = counts.map(each => {
        below += each
        return below
      })
      return { atMost, count, sum }
    },
  }
}
