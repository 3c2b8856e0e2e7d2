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

/** The timelines. `now` is wall-clock time: people read it. */
export function createEvents(db: Database, now: () => number, bounds: () => EventBounds) {
  const columns = 'id, at, last_at, count, host, kind, code, text, data'
  const last = db.statement(
    'select id, kind, code, text, data from events where host is ? order by id desc limit 1',
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
      const { host, kind, code = null } = event
      const data = event.data === undefined ? null : JSON.stringify(event.data)
      const text = event.code === undefined ? event.text : ''
      db.write(() => {
        const at = now()
        const previous = last.get(host)
        const equal =
          previous?.kind === kind &&
          previous.code === code &&
          previous.text === text &&
          previous.data === data
        if (equal) return again.run(at, previous.id as number)
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
