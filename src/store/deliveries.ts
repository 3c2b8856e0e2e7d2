import type { Delivery, NewDelivery } from '../boot/install.ts'
import type { Reason } from '../boot/reason.ts'
import { reasonIn } from './before-codes.ts'
import type { Database } from './database.ts'

/** Deploys that work here take a place, and there are only so many. */
const takesPlace =
  "(role = 'deploy' and json_extract(target, '$.kind') in ('command', 'ssh', 'nixosAnywhere'))"

/** A deploy that waits for a free place. */
export type Waiting = Pick<Delivery, 'id' | 'host' | 'callback' | 'event'>

/** The outbox: a callback is here before the answer that caused it leaves. */
export function createDeliveries(db: Database) {
  const add = db.statement(
    "insert or ignore into deliveries (key, host, install, attempt, callback, event, role, target, body, state, tries, created_at, next_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, 'due', 0, ?, ?)",
  )
  const due = db.statement(
    `select * from deliveries where state = 'due' and next_at <= ? and not ${takesPlace} order by next_at limit ?`,
  )
  const waiting = db.statement(
    `select * from deliveries where state = 'due' and ${takesPlace} order by id limit ?`,
  )
  const line = db.statement(
    `select id, host, callback, event from deliveries where state = 'due' and ${takesPlace} order by id`,
  )
  const newestWaiting = db.statement(
    `select max(id) as id from deliveries where state = 'due' and ${takesPlace}`,
  )
  const next = db.statement("select min(next_at) as at from deliveries where state = 'due'")
  const running = db.statement("select * from deliveries where state = 'running'")
  const ofHost = db.statement('select * from deliveries where host = ? order by id desc limit ?')
  const started = db.statement(
    "update deliveries set state = 'running', tries = tries + 1 where id = ?",
  )
  const grouped = db.statement('update deliveries set pgid = ?, process_start = ? where id = ?')
  const retry = db.statement(
    "update deliveries set state = 'due', next_at = ?, error = ? where id = ?",
  )
  const ended = db.statement('update deliveries set state = ?, error = ? where id = ?')
  const state = db.statement('select state from deliveries where id = ?')
  const endDeploy = db.statement(
    "update deliveries set state = 'ended' where install = ? and role = 'deploy' and state in ('due', 'running')",
  )
  const dropOld = db.statement(
    "delete from deliveries where created_at < ? and state not in ('due', 'running')",
  )
  const get = db.statement('select * from deliveries where id = ?')
  const ofStates = db.statement(
    'select * from deliveries where state in (select value from json_each(?)) order by id desc',
  )
  const counts = db.statement('select state, count(*) as count from deliveries group by state')
  const again = db.statement("update deliveries set state = 'due', next_at = ? where id = ?")
  const many = (rows: Record<string, unknown>[]) => rows.map(row => deliveryOf(row))

  return {
    /** A key that is already there is not added again. */
    add(d: NewDelivery, now: number): void {
      db.run(
        add,
        d.key,
        d.host,
        d.install,
        d.attempt,
        d.callback,
        d.event,
        d.role,
        JSON.stringify(d.target),
        d.body,
        now,
        now,
      )
    },
    /** Deploys that wait for a free place, first come first; one that goes on keeps its rank. */
    waiting: (limit: number): Delivery[] => many(waiting.all(limit)),
    /** What there is to say of all of those, in their order. */
    line: (): Waiting[] => line.all() as unknown as Waiting[],
    /** The id of the one that came last; 0 where none waits. */
    newestWaiting: (): number => (newestWaiting.get()?.id as number | null) ?? 0,
    due: (now: number, limit: number): Delivery[] => many(due.all(now, limit)),
    nextAt: (): number | undefined => (next.get()?.at as number | null) ?? undefined,
    running: (): Delivery[] => many(running.all()),
    ofHost: (host: string, limit: number): Delivery[] => many(ofHost.all(host, limit)),
    get(id: number): Delivery | undefined {
      const row = get.get(id)
      return row && deliveryOf(row)
    },
    /** Those in one of these states, newest first. */
    ofStates: (states: readonly string[]): Delivery[] => many(ofStates.all(JSON.stringify(states))),
    /** How many are in each state. */
    counts: (): ReadonlyMap<string, number> =>
      new Map(counts.all().map(({ state, count }) => [state as string, count as number])),
    /** Makes one due at once, whatever became of it. */
    again: (id: number, at: number): void => db.run(again, at, id),
    start: (id: number): void => db.run(started, id),
    saveGroup: (id: number, pgid: number, start: number): void => db.run(grouped, pgid, start, id),
    retry: (id: number, at: number, error: Reason): void =>
      db.run(retry, at, JSON.stringify(error), id),
    end: (id: number, state: 'delivered' | 'undelivered' | 'ended', error?: Reason): void =>
      db.run(ended, state, error === undefined ? null : JSON.stringify(error), id),
    isRunning: (id: number): boolean => state.get(id)?.state === 'running',
    isDue: (id: number): boolean => state.get(id)?.state === 'due',
    /** A deploy that has not started yet never will. */
    endDeploy: (install: string): void => db.run(endDeploy, install),
    dropBefore: (at: number): void => db.run(dropOld, at),
  }
}

export type Deliveries = ReturnType<typeof createDeliveries>

function deliveryOf(row: Record<string, unknown>): Delivery {
  return {
    id: row.id as number,
    key: row.key as string,
    host: row.host as string,
    install: row.install as string,
    attempt: row.attempt as number,
    callback: row.callback as string,
    event: row.event as Delivery['event'],
    role: row.role as 'report' | 'deploy',
    target: JSON.parse(row.target as string) as Delivery['target'],
    body: row.body as string,
    state: row.state as Delivery['state'],
    tries: row.tries as number,
    createdAt: row.created_at as number,
    nextAt: row.next_at as number,
    ...(row.error !== null && { error: reasonIn(row.error as string) }),
    ...(row.pgid !== null && {
      group: { pgid: row.pgid as number, start: row.process_start as number },
    }),
  }
}
