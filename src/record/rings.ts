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
    const ring = (rings.size < most ? undefined : longestSilent()) ?? empty(key)
    rings.delete(ring.key)
    ring.key = key
    ring.added = 0
    rings.set(key, ring)
    return ring
  }

  /** Looked for with every new machine of a flood, and so without a list. */
  function longestSilent(): Ring<K, T> | undefined {
    let silent: Ring<K, T> | undefined
    for (const ring of rings.values()) if (!silent || ring.heard < silent.heard) silent = ring
    return silent
  }

  const empty = (key: K): Ring<K, T> => ({ key, items: [], added: 0, heard: 0 })

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
