import type { Delivery, NewDelivery } from '../boot/install.ts'
import type { Reason } from '../boot/reason.ts'
import { reasonIn } from './before-codes.ts'
import type { Database } from './database.ts'
import type { StoredDelivery } from './tables.ts'

/** A deploy that waits for a free place. */
export type WaitingDeploy = Pick<Delivery, 'id' | 'host' | 'callback' | 'event'>

/** The outbox: a callback is here before the answer that caused it leaves. */
export function createDeliveries(db: Database) {
  return { ...waitingIn(db), ...readingOf(db), ...writingOf(db) }
}

/** SQLite finds the index of those that are not over by its condition, word for word; for `order by id` it would read all. */
const isOpen = "state in ('due', 'running')"
const isDue = `${isOpen} and state = 'due'`

/** Deploys that work here take a place, and there are only so many. */
const takesPlace =
  "(role = 'deploy' and json_extract(target, '$.kind') in ('command', 'ssh', 'nixosAnywhere'))"

function waitingIn(db: Database) {
  const waiting = db.statement<StoredDelivery>(
    `select * from deliveries where ${isDue} and ${takesPlace} order by +id limit ?`,
  )
  const line = db.statement<WaitingDeploy>(
    `select id, host, callback, event from deliveries where ${isDue} and ${takesPlace} order by +id`,
  )
  const newest = db.statement<{ id: number | null }>(
    `select max(+id) as id from deliveries where ${isDue} and ${takesPlace}`,
  )
  return {
    /** Deploys that wait for a free place, first come first; one that goes on keeps its rank. */
    waiting: (limit: number): Delivery[] => waiting.all(limit).map(deliveryOf),
    /** What there is to say of all of those, in their order. */
    line: (): WaitingDeploy[] => line.all(),
    /** The id of the one that came last; 0 where none waits. */
    newestWaiting: (): number => newest.get()?.id ?? 0,
  }
}

function readingOf(db: Database) {
  const due = db.statement<StoredDelivery>(
    `select * from deliveries where ${isDue} and next_at <= ? and not ${takesPlace} order by next_at limit ?`,
  )
  const next = db.statement<{ at: number | null }>(
    `select min(next_at) as at from deliveries where ${isDue}`,
  )
  const running = db.statement<StoredDelivery>(
    `select * from deliveries where ${isOpen} and state = 'running'`,
  )
  const ofHost = db.statement<StoredDelivery>(
    'select * from deliveries where host = ? order by id desc limit ?',
  )
  const get = db.statement<StoredDelivery>('select * from deliveries where id = ?')
  const ofStates = db.statement<StoredDelivery>(
    'select * from deliveries where state in (select value from json_each(?)) order by id desc',
  )
  const counts = db.statement<{ state: string; count: number }>(
    'select state, count(*) as count from deliveries group by state',
  )
  const state = db.statement<Pick<StoredDelivery, 'state'>>(
    'select state from deliveries where id = ?',
  )
  return {
    due: (now: number, limit: number): Delivery[] => due.all(now, limit).map(deliveryOf),
    nextAt: (): number | undefined => next.get()?.at ?? undefined,
    running: (): Delivery[] => running.all().map(deliveryOf),
    ofHost: (host: string, limit: number): Delivery[] => ofHost.all(host, limit).map(deliveryOf),
    get(id: number): Delivery | undefined {
      const row = get.get(id)
      return row && deliveryOf(row)
    },
    /** Those in one of these states, newest first. */
    ofStates: (states: readonly string[]): Delivery[] =>
      ofStates.all(JSON.stringify(states)).map(deliveryOf),
    /** How many are in each state. */
    counts: (): ReadonlyMap<string, number> =>
      new Map(counts.all().map(({ state, count }) => [state, count])),
    isRunning: (id: number): boolean => state.get(id)?.state === 'running',
    isDue: (id: number): boolean => state.get(id)?.state === 'due',
  }
}

function writingOf(db: Database) {
  const add = db.statement(
    "insert or ignore into deliveries (key, host, install, attempt, callback, event, role, target, body, state, tries, created_at, next_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, 'due', 0, ?, ?)",
  )
  const again = db.statement("update deliveries set state = 'due', next_at = ? where id = ?")
  const start = db.statement(
    "update deliveries set state = 'running', tries = tries + 1 where id = ?",
  )
  const setGroup = db.statement('update deliveries set pgid = ?, process_start = ? where id = ?')
  const retry = db.statement(
    "update deliveries set state = 'due', next_at = ?, error = ? where id = ?",
  )
  const end = db.statement('update deliveries set state = ?, error = ? where id = ?')
  const endDeploy = db.statement(
    "update deliveries set state = 'ended' where install = ? and role = 'deploy' and state in ('due', 'running')",
  )
  const dropOld = db.statement(
    "delete from deliveries where created_at < ? and state not in ('due', 'running')",
  )
  return {
    /** A key that is already there is not added again. */
    add(delivery: NewDelivery, now: number): void {
      const { key, host, install, attempt, callback, event, role, body } = delivery
      const target = JSON.stringify(delivery.target)
      db.run(add, key, host, install, attempt, callback, event, role, target, body, now, now)
    },
    /** Makes one due at once, whatever became of it. */
    again: (id: number, at: number): void => db.run(again, at, id),
    start: (id: number): void => db.run(start, id),
    /** `start` is when the group's leader began, in clock ticks since boot. */
    saveGroup: (id: number, pgid: number, start: number): void => db.run(setGroup, pgid, start, id),
    retry: (id: number, at: number, error: Reason): void =>
      db.run(retry, at, JSON.stringify(error), id),
    end: (id: number, state: 'delivered' | 'undelivered' | 'ended', error?: Reason): void =>
      db.run(end, state, error === undefined ? null : JSON.stringify(error), id),
    /** A deploy that has not started yet never will. */
    endDeploy: (install: string): void => db.run(endDeploy, install),
    dropBefore: (at: number): void => db.run(dropOld, at),
  }
}

function deliveryOf(row: StoredDelivery): Delivery {
  const { id, key, host, install, attempt, callback, event, role, body, state, tries } = row
  return {
    ...{ id, key, host, install, attempt, callback, event, role, body, state, tries },
    target: JSON.parse(row.target) as Delivery['target'],
    createdAt: row.created_at,
    nextAt: row.next_at,
    ...(row.error !== null && { error: reasonIn(row.error) }),
    ...(row.pgid !== null &&
      row.process_start !== null && { group: { pgid: row.pgid, start: row.process_start } }),
  }
}
