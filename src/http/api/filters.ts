/** The values of a query that may be given several times. */
export function listOf(value: string | string[] | undefined): readonly string[] {
  return value === undefined ? [] : [value].flat()
}

/** Whether a value is one of those wanted; all are where none is named. */
export function isOneOf(wanted: readonly string[], value: string | null): boolean {
  return wanted.length === 0 || (value !== null && wanted.includes(value))
}

/** Whether any of the texts has the words that were searched for, in any case. */
export function has(q: string | undefined, texts: readonly (string | null)[]): boolean {
  const words = (q ?? '').toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return true
  const all = texts.flatMap(text => text?.toLowerCase() ?? [])
  return words.every(word => all.some(text => text.includes(word)))
}

/** The wanted part of a list; `limit` and `offset` are digits, checked by the schema. */
export function pageOf<T>(
  rows: readonly T[],
  { limit, offset }: { limit?: string; offset?: string },
): T[] {
  const from = Number(offset ?? 0)
  return rows.slice(from, limit === undefined ? undefined : from + Number(limit))
}

/** All tags that hosts have, sorted. */
export function tagsOf(hosts: Iterable<{ readonly tags: readonly string[] }>): string[] {
  return [...new Set([...hosts].flatMap(({ tags }) => tags))].sort()
}

/** How many there are of each. */
export function countsOf(names: Iterable<string>): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
