import type { Database } from './database.ts'

/** Keeps each host's timeline, and that of what concerns no host (null), within its bound. */
export function createEventBounds(db: Database) {
  const ofKinds = db.statement<KindLines>(
    'select kind, count(*) as lines from events where host is ? group by kind',
  )
  const dropOldest = db.statement(
    'delete from events where id in (select id from events where host is ? and kind = ? order by id limit ?)',
  )
  const dropSyslog = db.statement(
    "delete from events where host is ? and kind = 'syslog' and id <= (select id from events where host is ? and kind = 'syslog' order by id desc limit 1 offset ?)",
  )
  const sincePruned = new Map<string | null, number>()

  return {
    /** A line was added, and at most `most` are kept. It is cut when a hundredth of that was added. */
    added(host: string | null, most: number): void {
      const added = (sincePruned.get(host) ?? 0) + 1
      if (added < Math.max(1, most / 100)) {
        sincePruned.set(host, added)
        return
      }
      sincePruned.set(host, 0)
      // A chatty installer must not push out the story of the boot that brought it.
      dropSyslog.run(host, host, Math.floor(most / 2))
      for (const [kind, lines] of surplus(ofKinds.all(host), most))
        dropOldest.run(host, kind, lines)
    },
  }
}

interface KindLines {
  readonly kind: string
  readonly lines: number
}

/**
 * How many of the oldest lines of which kinds go, so that `most` are left: always of the kind that has most,
 * so that no flood of one kind pushes out the lines of another.
 */
function surplus(rows: readonly KindLines[], most: number): Map<string, number> {
  const left = new Map(rows.map(({ kind, lines }) => [kind, lines]))
  let over = rows.reduce((sum, { lines }) => sum + lines, 0) - most
  const gone = new Map<string, number>()
  while (over > 0) {
    const [first, second] = [...left].sort(([, a], [, b]) => b - a)
    if (!first || first[1] === 0) break
    const [kind, lines] = first
    const step = Math.min(over, Math.max(1, lines - (second?.[1] ?? 0)))
    left.set(kind, lines - step)
    over -= step
    gone.set(kind, (gone.get(kind) ?? 0) + step)
  }
  return gone
}
