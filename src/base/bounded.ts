/**
 * Sets a value as the newest of a map, and forgets the oldest where that makes more than `most`. Returns
 * the key and value that were forgotten.
 */
export function remember<K, V>(map: Map<K, V>, key: K, value: V, most: number): [K, V] | undefined {
  map.delete(key)
  map.set(key, value)
  if (map.size <= most) return undefined
  const [oldest] = map
  if (oldest) map.delete(oldest[0])
  return oldest
}
