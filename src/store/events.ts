import type { EventRecord, NewEvent } from '../boot/install.ts'
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

/** The timelines. `now` is wall-clock time: people read it. */
export function createEvents(db: Database, now: () => number, bounds: () => EventBounds) {
  const columns = 'id, at, last_at, count, host, kind, text, data'
  const last = db.statement(
    'select id, kind, text, data from events where host is ? order by id desc limit 1',
  )
  const add = db.statement(
    'insert into events (at, last_at, count, host, kind, text, data) values (?, ?, 1, ?, ?, ?, ?)',
  )
  const again = db.statement('update events set count = count + 1, last_at = ? where id = ?')
  const after = db.statement(`select ${columns} from events where id > ? order by id limit ?`)
  const afterOfHost = db.statement(
    `select ${columns} from events where host = ? and id > ? order by id limit ?`,
  )
  const lastId = db.statement('select max(id) as id from events')
  const tooMany = db.statement(
    'delete from events where host is ? and id <= (select id from events where host is ? order by id desc limit 1 offset ?)',
  )
  const tooMuchSyslog = db.statement(
    "delete from events where host is ? and kind = 'syslog' and id <= (select id from events where host is ? and kind = 'syslog' order by id desc limit 1 offset ?)",
  )
  const tooOld = db.statement('delete from events where last_at < ?')
  const listeners = new Set<(event: EventRecord) => void>()
  const sincePruned = new Map<string | null, number>()
  let dropping = false

  /** A host's timeline is cut when a hundredth of its bound was added, not at every line. */
  const prune = (host: string | null) => {
    const { perHost } = bounds()
    const added = (sincePruned.get(host) ?? 0) + 1
    if (added < Math.max(1, perHost / 100)) return sincePruned.set(host, added)
    sincePruned.set(host, 0)
    // A chatty installer must not push out the story of the boot that brought it.
    tooMuchSyslog.run(host, host, Math.floor(perHost / 2))
    return tooMany.run(host, host, perHost)
  }

  return {
    record(event: NewEvent): void {
      if (dropping) return
      const data = event.data === undefined ? null : JSON.stringify(event.data)
      db.write(() => {
        const at = now()
        const previous = last.get(event.host)
        const equal =
          previous?.kind === event.kind && previous.text === event.text && previous.data === data
        if (equal) return again.run(at, previous.id as number)
        const { lastInsertRowid } = add.run(at, at, event.host, event.kind, event.text, data)
        prune(event.host)
        const stored = { id: Number(lastInsertRowid), at, lastAt: at, count: 1, data: event.data }
        for (const listener of listeners)
          listener({ ...event, ...stored, data: event.data ?? null })
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
  return {
    id: row.id as number,
    at: row.at as number,
    lastAt: row.last_at as number,
    count: row.count as number,
    host: row.host as string | null,
    kind: row.kind as string,
    text: row.text as string,
    data: row.data === null ? null : JSON.parse(row.data as string),
  }
}
