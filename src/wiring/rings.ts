/** The last items of each key. */
export interface Rings<K, T> {
  add(key: K, item: T): void
  /** In the order they were added. */
  of(key: K): readonly T[]
  keys(): K[]
}

interface Ring<K, T> {
  key: K
  readonly items: T[]
  /** How many were ever added for the key. */
  added: number
  /** When the key was last heard, in additions of all. */
  heard: number
}

/**
 * Rings of the last `each` items for at most `most` keys; the key that was silent for longest gives way.
 * The next key writes over its ring: rings thrown away by the thousand would keep what they point to
 * alive until the collector's next big round.
 */
export function createRings<K, T>(most: number, each: number): Rings<K, T> {
  const rings = new Map<K, Ring<K, T>>()
  let additions = 0

  function ringFor(key: K): Ring<K, T> {
    const known = rings.get(key)
    if (known) return known
    const ring =
      rings.size < most ? { key, items: [], added: 0, heard: 0 } : release(longestSilent())
    ring.key = key
    rings.set(key, ring)
    return ring
  }

  function longestSilent(): Ring<K, T> {
    return [...rings.values()].reduce((a, b) => (b.heard < a.heard ? b : a))
  }

  function release(ring: Ring<K, T>): Ring<K, T> {
    rings.delete(ring.key)
    ring.added = 0
    return ring
  }

  return {
    add(key, item) {
      const ring = ringFor(key)
      ring.items[ring.added % each] = item
      ring.added += 1
      additions += 1
      ring.heard = additions
    },
    of(key) {
      const { items, added } = rings.get(key) ?? { items: [], added: 0 }
      const at = added % each
      return added <= each ? items.slice(0, added) : [...items.slice(at), ...items.slice(0, at)]
    },
    keys: () => [...rings.keys()],
  }
}
