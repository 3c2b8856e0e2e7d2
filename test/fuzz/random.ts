/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** A whole number from 0 up to, but without, `below`. */
  below(below: number): number
  /** True once in so many times. */
  oneIn(times: number): boolean
  pick<T>(items: readonly [T, ...T[]]): T
  bytes(length: number): Uint8Array
}

/** mulberry32, by Tommy Ettinger: small, fast, and good enough to break packets with. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const below = (limit: number) => next() % limit
  return {
    below,
    oneIn: times => below(times) === 0,
    pick: items => items[below(items.length)] ?? items[0],
    bytes: length => Uint8Array.from({ length }, () => below(256)),
  }
}
