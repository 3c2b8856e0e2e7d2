import type { SQLInputValue } from 'node:sqlite'
import type { HostState } from '../boot/host-state.ts'
import type { HostRecord } from '../boot/install.ts'
import { idle, type Life } from '../boot/life.ts'
import { type LifeFacts, lifeIn } from '../boot/life-in.ts'
import { written } from '../boot/reason.ts'
import type { Mac } from '../wire/address.ts'
import type { Database, Statement } from './database.ts'
import { createReadOnce, type ReadOnce } from './read-once.ts'
import type { StoredHost } from './tables.ts'

/** The lives of the hosts. A host without a row was never seen. `now` is wall-clock time. */
export function createHosts(db: Database, now: () => number = Date.now) {
  const statements = statementsOf(db)
  const records = createReadOnce(db, name => {
    const row = statements.get.get(name)
    return row && hostOf(row)
  })
  db.onFollowed?.(({ table, key }) => {
    if (table === 'hosts') records.forget(String(key))
  })
  return { ...readingOf(statements, records), ...writingOf(db, statements, records, now) }
}

/** Without the facts: they may be long, and every packet of a host looks at it. */
type HostColumns = Omit<StoredHost, 'facts' | 'deadline'>
const columns = 'name, state, life, install, percent, progress_at, message, last_seen, uuid'

type HostStatements = ReturnType<typeof statementsOf>

function statementsOf(db: Database) {
  return {
    get: db.statement<HostColumns>(`select ${columns} from hosts where name = ?`),
    all: db.statement<HostColumns>(`select ${columns} from hosts order by name`),
    facts: db.statement<Pick<StoredHost, 'facts'>>('select facts from hosts where name = ?'),
    states: db.statement<Pick<StoredHost, 'name' | 'state'>>('select name, state from hosts'),
    running: db.statement<HostColumns>(
      `select ${columns} from hosts where state in ('pending', 'booting', 'installing', 'verifying')`,
    ),
    late: db.statement<HostColumns>(`select ${columns} from hosts where deadline <= ?`),
    add: db.statement('insert or ignore into hosts (name, state, life) values (?, ?, ?)'),
    setLife: db.statement(
      'update hosts set state = ?, life = ?, install = ?, deadline = ? where name = ?',
    ),
    setDeadline: db.statement('update hosts set deadline = ? where name = ?'),
    setProgress: db.statement(
      'update hosts set percent = ?, message = ?, progress_at = ? where name = ?',
    ),
    setFacts: db.statement('update hosts set facts = ? where name = ?'),
    setSeen: db.statement('update hosts set last_seen = ? where name = ?'),
    setUuid: db.statement('update hosts set uuid = ? where name = ? and uuid is null'),
    // MACs of hosts that were ever seen: a host that is renamed is not new.
    addMac: db.statement('insert or ignore into macs (mac) values (?)'),
    hasMac: db.statement('select 1 from macs where mac = ?'),
  }
}

function readingOf(
  { all, facts, states, running, late, hasMac }: HostStatements,
  records: ReadOnce<HostRecord>,
) {
  return {
    get: records.of,
    has: (name: string): boolean => records.of(name) !== undefined,
    /** What the machine told of itself last. */
    facts(name: string): unknown {
      const text = facts.get(name)?.facts ?? undefined
      return text === undefined ? undefined : JSON.parse(text)
    },
    all: (): HostRecord[] => all.all().map(hostOf),
    /** The states of all, without the rest: that is quick also for ten thousand. */
    states: (): ReadonlyMap<string, HostState> =>
      new Map(states.all().map(({ name, state }) => [name, state])),
    /** Those with an install under way. */
    running: (): HostRecord[] => running.all().map(hostOf),
    /** Those whose deadline is at or before `now`. */
    late: (now: number): HostRecord[] => late.all(now).map(hostOf),
    /** Whether a MAC is one of a host that was seen, under whatever name. */
    knowsMac: (mac: Mac): boolean => hasMac.get(mac) !== undefined,
  }
}

function writingOf(
  db: Database,
  statements: HostStatements,
  records: ReadOnce<HostRecord>,
  now: () => number,
) {
  const { add, setLife, setDeadline, setProgress, setFacts, setSeen, setUuid, addMac } = statements
  const know = (name: string) => add.run(name, idle.state, JSON.stringify(idle))
  /** `values` end with the name. */
  const run = (name: string, statement: Statement, ...values: SQLInputValue[]): void => {
    db.run(statement, ...values, name)
    records.forget(name)
  }
  return {
    /** Makes the host and its MACs "seen"; one that is known already stays as it is. */
    know: (name: string, macs: readonly Mac[] = []): void =>
      db.write(() => {
        know(name)
        for (const mac of macs) addMac.run(mac)
        records.forget(name)
      }),
    saveLife: (name: string, life: Life, install: string | undefined, deadline?: number): void =>
      db.write(() => {
        know(name)
        run(name, setLife, life.state, JSON.stringify(life), install ?? null, deadline ?? null)
      }),
    saveDeadline: (name: string, deadline: number): void => db.run(setDeadline, deadline, name),
    saveProgress(name: string, percent: number | undefined, message: string | undefined): void {
      const at = percent === undefined ? null : now()
      run(name, setProgress, percent ?? null, message ?? null, at)
    },
    saveFacts: (name: string, facts: unknown): void =>
      db.run(setFacts, JSON.stringify(facts), name),
    /** The first UUID of a host that is heard stays. One that never appeared has none. */
    learnUuid(name: string, uuid: string): void {
      // To have said it is not yet to be known: a host that never appeared stays so.
      const record = records.of(name)
      if (record && record.uuid === undefined) run(name, setUuid, uuid)
    },
    /** A host that never appeared stays so: to be seen is not yet to be known. */
    saveSeen: (name: string, at: number): void => run(name, setSeen, at),
  }
}

function hostOf(row: HostColumns): HostRecord {
  return {
    name: row.name,
    life: lifeIn(row.state, factsIn(row.life)),
    ...(row.install !== null && { install: row.install }),
    ...(row.percent !== null && { percent: row.percent }),
    ...(row.progress_at !== null && { progressAt: row.progress_at }),
    ...(row.message !== null && { message: row.message }),
    ...(row.last_seen !== null && { lastSeen: row.last_seen }),
    ...(row.uuid !== null && { uuid: row.uuid }),
  }
}

/** Before reasons had codes it said in a sentence why it is in its state. */
function factsIn(kept: string): LifeFacts {
  const facts = JSON.parse(kept) as LifeFacts & { readonly why: Life['why'] | string }
  return { ...facts, why: typeof facts.why === 'string' ? written(facts.why) : facts.why }
}
