import type { EventContent } from '../boot/event.ts'
import type { EventRecord, NewEvent } from '../boot/event-record.ts'
import { textOf } from '../boot/words/event.ts'
import { codeOfWritten } from './before-codes.ts'
import type { Database } from './database.ts'

/** How much of the timeline is kept: seconds, and lines for each host. */
export interface EventBounds {
  readonly events: number
  readonly perHost: number
}

/** Which lines are wanted: of some kinds, before an id. */
export interface EventsWanted {
  readonly kinds?: readonly string[]
  readonly before?: number
}

/** What makes two lines equal. */
interface Line {
  readonly kind: string
  readonly code: string | null
  readonly text: string
  readonly data: string | null
}

/** Somebody who asks by several names in turn, within this time, has as many lines and no more. */
const mostTurns = 8
const turnMs = 60_000

/** The timelines. `now` is wall-clock time: people read it. */
export function createEvents(db: Database, now: () => number, bounds: () => EventBounds) {
  const columns = 'id, at, last_at, count, host, kind, code, text, data'
  const last = db.statement(
    'select id, last_at, kind, code, text, data from events where host is ? order by id desc limit ?',
  )
  const add = db.statement(
    'insert into events (at, last_at, count, host, kind, code, text, data) values (?, ?, 1, ?, ?, ?, ?, ?)',
  )
  const again = db.statement('update events set count = count + 1, last_at = ? where id = ?')
  const after = db.statement(`select ${columns} from events where id > ? order by id limit ?`)
  const afterOfHost = db.statement(
    `select ${columns} from events where host = ? and id > ? order by id limit ?`,
  )
  const lastId = db.statement('select max(id) as id from events')
  const kindsOf = db.statement(
    'select kind, count(*) as lines from events where host is ? group by kind',
  )
  const tooMany = db.statement(
    'delete from events where id in (select id from events where host is ? and kind = ? order by id limit ?)',
  )
  const tooMuchSyslog = db.statement(
    "delete from events where host is ? and kind = 'syslog' and id <= (select id from events where host is ? and kind = 'syslog' order by id desc limit 1 offset ?)",
  )
  const tooOld = db.statement('delete from events where last_at < ?')
  const listeners = new Set<(event: EventRecord) => void>()
  const sincePruned = new Map<string | null, number>()
  let dropping = false

  /** The line that this one repeats, if it does. */
  const repeated = (host: string | null, line: Line): number | undefined => {
    const turns = isAsking(line) ? mostTurns : 1
    for (const [turn, row] of last.all(host, turns).entries()) {
      const before = row as unknown as Line & { id: number; last_at: number }
      if (turn > 0 && now() - before.last_at > turnMs) return undefined
      if (isSame(before, line)) return before.id
      if (!isAsking(before)) return undefined
    }
    return undefined
  }

  /** A host's timeline is cut when a hundredth of its bound was added, not at every line. */
  const prune = (host: string | null) => {
    const { perHost } = bounds()
    const added = (sincePruned.get(host) ?? 0) + 1
    if (added < Math.max(1, perHost / 100)) return sincePruned.set(host, added)
    sincePruned.set(host, 0)
    // A chatty installer must not push out the story of the boot that brought it.
    tooMuchSyslog.run(host, host, Math.floor(perHost / 2))
    for (const [kind, lines] of surplus(kindsOf.all(host), perHost)) tooMany.run(host, kind, lines)
    return undefined
  }

  return {
    record(event: NewEvent): void {
      if (dropping) return
      const { host, kind, code } = event
      const data = JSON.stringify(event.data)
      // Made from the code and the data by whoever reads it.
      const text = ''
      db.write(() => {
        const at = now()
        const same = repeated(host, { kind, code, text, data })
        if (same !== undefined) return again.run(at, same)
        const { lastInsertRowid } = add.run(at, at, host, kind, code, text, data)
        prune(host)
        if (listeners.size === 0) return undefined
        const id = Number(lastInsertRowid)
        const row = { id, at, last_at: at, count: 1, host, kind, code, text, data }
        const stored = eventOf(row)
        for (const listener of listeners) listener(stored)
        return undefined
      })
    },
    after(id: number, limit: number, host?: string): EventRecord[] {
      const rows = host === undefined ? after.all(id, limit) : afterOfHost.all(host, id, limit)
      return rows.map(eventOf)
    },
    /** The last of them, oldest first. */
    newest(limit: number, host?: string, { kinds, before }: EventsWanted = {}): EventRecord[] {
      const wanted: readonly (readonly [string, string | number | undefined])[] = [
        ['host = ?', host],
        ['kind in (select value from json_each(?))', kinds && JSON.stringify(kinds)],
        ['id < ?', before],
      ]
      const conditions = wanted.flatMap(([text, value]) => (value === undefined ? [] : [text]))
      const values = wanted.flatMap(([, value]) => value ?? [])
      const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`
      const text = `select ${columns} from events ${where} order by id desc limit ?`
      return db
        .statement(text)
        .all(...values, limit)
        .map(eventOf)
        .reverse()
    },
    /** Id of the newest of all; 0 before the first. */
    lastId: (): number => (lastId.get()?.id as number | null) ?? 0,
    /** Calls back for each new event until the returned function is called. */
    listen(listener: (event: EventRecord) => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    pruneOld: (): void => db.run(tooOld, now() - bounds().events * 1000),
    /** When the disk is nearly full, leases and states go on and events do not. */
    setDropping(value: boolean): void {
      dropping = value
    },
  }
}

export type Events = ReturnType<typeof createEvents>

function eventOf(row: Record<string, unknown>): EventRecord {
  const [kind, code, text] = [row.kind as string, row.code as string | null, row.text as string]
  const data: unknown = row.data === null ? null : JSON.parse(row.data as string)
  return {
    id: row.id as number,
    at: row.at as number,
    lastAt: row.last_at as number,
    count: row.count as number,
    host: row.host as string | null,
    kind,
    ...(code === null
      ? { code: codeOfWritten(kind, data), data, text }
      : { code, data, text: textOf({ kind, code, data } as EventContent) }),
  }
}

function isSame(one: Line, other: Line): boolean {
  const { kind, code, text, data } = one
  return kind === other.kind && code === other.code && text === other.text && data === other.data
}

/** What anybody can ask without end, and nothing comes of it: an answer that is no boot. */
function isAsking({ kind, code }: Line): boolean {
  return kind === 'stranger' || (kind === 'script' && code !== 'boot')
}

/**
 * How many of the oldest lines of which kinds go, so that `most` are left: always of the kind that has most,
 * so that no flood of one kind pushes out the lines of another.
 */
function surplus(rows: readonly Record<string, unknown>[], most: number): Map<string, number> {
  const kinds = rows.map(row => ({ kind: row.kind as string, lines: row.lines as number }))
  let over = kinds.reduce((sum, { lines }) => sum + lines, 0) - most
  const gone = new Map<string, number>()
  while (over > 0) {
    const [first, second] = kinds.sort((a, b) => b.lines - a.lines)
    if (!first || first.lines === 0) break
    const step = Math.min(over, Math.max(1, first.lines - (second?.lines ?? 0)))
    first.lines -= step
    over -= step
    gone.set(first.kind, (gone.get(first.kind) ?? 0) + step)
  }
  return gone
}
