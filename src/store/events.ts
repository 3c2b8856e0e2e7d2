import type { EventContent } from '../boot/event.ts'
import type { EventRecord, EventsWanted, NewEvent } from '../boot/event-record.ts'
import { textOf } from '../boot/words/event.ts'
import { codeOfWritten } from './before-codes.ts'
import type { Database } from './database.ts'
import { createEventBounds } from './event-bounds.ts'
import { type LineIdentity, repeatedBy, repeatSpan } from './event-repeats.ts'
import type { StoredEvent } from './tables.ts'

/** How much of the timeline is kept: seconds, and lines for each host. */
export interface EventBounds {
  readonly events: number
  readonly perHost: number
}

interface Timelines {
  readonly db: Database
  readonly now: () => number
  readonly bounds: () => EventBounds
  readonly statements: ReturnType<typeof statementsOf>
  readonly pruning: ReturnType<typeof createEventBounds>
  readonly listeners: Set<(event: EventRecord) => void>
  dropping: boolean
}

/** The timelines. `now` is wall-clock time: people read it. */
export function createEvents(db: Database, now: () => number, bounds: () => EventBounds) {
  const statements = statementsOf(db)
  const listeners: Timelines['listeners'] = new Set()
  const pruning = createEventBounds(db)
  const timelines: Timelines = {
    ...{ db, now, bounds, statements, pruning, listeners },
    dropping: false,
  }
  const followed: Timelines['listeners'] = new Set()
  const one = db.statement<StoredEvent>(`select ${columns} from events where id = ?`)
  db.onFollowed?.(({ table, kind, key }) => {
    if (table !== 'events' || kind !== 'insert' || followed.size === 0) return
    const row = one.get(key)
    if (row) for (const listener of followed) listener(eventIn(row))
  })
  return {
    record: (event: NewEvent): void => record(timelines, event),
    /** Those after an id, oldest first. */
    after: (id: number, limit: number, host?: string, wanted: EventsWanted = {}): EventRecord[] =>
      select(db, { ...wanted, host, after: id }, 'asc', limit),
    /** The last of them, oldest first. */
    newest: (limit: number, host?: string, wanted: EventsWanted = {}): EventRecord[] =>
      select(db, { ...wanted, host }, 'desc', limit).reverse(),
    /** Id of the newest of all; 0 before the first. */
    lastId: (): number => statements.lastId.get()?.id ?? 0,
    /** Calls back for each new event until the returned function is called. */
    listen(listener: (event: EventRecord) => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    /** The same for each that another daemon has written, while this one stands by. */
    listenAfar(listener: (event: EventRecord) => void): () => void {
      followed.add(listener)
      return () => followed.delete(listener)
    },
    pruneOld: (): void => db.run(statements.dropBefore, now() - bounds().events * 1000),
    /** When the disk is nearly full, leases and states go on and events do not. */
    setDropping(value: boolean): void {
      timelines.dropping = value
    },
  }
}

const columns = 'id, at, last_at, count, host, kind, code, text, data'

function statementsOf(db: Database) {
  return {
    last: db.statement<LineIdentity & Pick<StoredEvent, 'id' | 'last_at'>>(
      'select id, last_at, kind, code, text, data from events where host is ? order by id desc limit ?',
    ),
    add: db.statement(
      'insert into events (at, last_at, count, host, kind, code, text, data) values (?, ?, 1, ?, ?, ?, ?, ?)',
    ),
    again: db.statement('update events set count = count + 1, last_at = ? where id = ?'),
    // Most lines repeat the last one of their host: that asks for no row.
    againLast: db.statement(
      `update events set count = count + 1, last_at = ?
       where id = (select id from events where host is ? order by id desc limit 1)
       and kind = ? and code = ? and text = ? and data = ?`,
    ),
    lastId: db.statement<{ id: number | null }>('select max(id) as id from events'),
    dropBefore: db.statement('delete from events where last_at < ?'),
  }
}

function record(timelines: Timelines, { host, kind, code, data }: NewEvent): void {
  if (timelines.dropping) return
  const { db, now, statements } = timelines
  // The text is made from the code and the data by whoever reads it.
  const line = { kind, code, text: '', data: JSON.stringify(data) }
  const at = now()
  const again = db.change(statements.againLast, at, host, kind, code, line.text, line.data)
  if (again > 0) return
  db.write(() => {
    const span = repeatSpan(line)
    const last = span === 1 ? [] : statements.last.all(host, span)
    const repeated = repeatedBy(line, last, at)
    if (repeated === undefined) add(timelines, host, line, at)
    else statements.again.run(at, repeated)
  })
}

function add(timelines: Timelines, host: string | null, line: LineIdentity, at: number): void {
  const { statements, pruning, bounds, listeners } = timelines
  const { kind, code, text, data } = line
  const { lastInsertRowid } = statements.add.run(at, at, host, kind, code, text, data)
  pruning.added(host, bounds().perHost)
  if (listeners.size === 0) return
  const row = { id: Number(lastInsertRowid), at, last_at: at, count: 1, host, ...line }
  const event = eventIn(row)
  for (const listener of listeners) listener(event)
}

function select(
  db: Database,
  { host, kinds, before, after }: EventsWanted & { host: string | undefined; after?: number },
  order: 'asc' | 'desc',
  limit: number,
): EventRecord[] {
  const wanted: readonly (readonly [string, string | number | undefined])[] = [
    ['host = ?', host],
    ['kind in (select value from json_each(?))', kinds && JSON.stringify(kinds)],
    ['id < ?', before],
    ['id > ?', after],
  ]
  const conditions = wanted.flatMap(([text, value]) => (value === undefined ? [] : [text]))
  const values = wanted.flatMap(([, value]) => value ?? [])
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`
  const text = `select ${columns} from events ${where} order by id ${order} limit ?`
  return db
    .statement<StoredEvent>(text)
    .all(...values, limit)
    .map(eventIn)
}

/** An event as it is read. */
export function eventIn({
  id,
  at,
  last_at,
  count,
  host,
  kind,
  code,
  ...row
}: StoredEvent): EventRecord {
  const data: unknown = row.data === null ? null : JSON.parse(row.data)
  return {
    ...{ id, at, lastAt: last_at, count, host, kind },
    ...(code === null
      ? { code: codeOfWritten(kind, data), data, text: row.text }
      : { code, data, text: textOf({ kind, code, data } as EventContent) }),
  }
}
