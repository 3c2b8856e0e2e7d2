/** Says whether something may happen for somebody now: so many times in each minute. */
export function createPerMinute(most: number, now: () => number): (name: string) => boolean {
  const counts = new Map<string, number>()
  let minute = 0
  return name => {
    const current = Math.floor(now() / 60_000)
    if (current !== minute) counts.clear()
    minute = current
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    return count <= most
  }
}
