import type { HostRecord } from '../boot/install.ts'
import { type HostState, idle, type Life } from '../boot/life.ts'
import { written } from '../boot/reason.ts'
import type { Mac } from '../wire/address.ts'
import type { Database } from './database.ts'

/** The lives of the hosts. A host without a row was never seen. `now` is wall-clock time. */
export function createHosts(db: Database, now: () => number = Date.now) {
  const has = db.statement('select 1 from hosts where name = ?')
  // Without the facts: they may be long, and every packet of a host looks at it.
  const columns = 'name, state, life, install, percent, progress_at, message, last_seen, uuid'
  const get = db.statement(`select ${columns} from hosts where name = ?`)
  const all = db.statement(`select ${columns} from hosts order by name`)
  const facts = db.statement('select facts from hosts where name = ?')
  const states = db.statement('select name, state from hosts')
  const running = db.statement(
    `select ${columns} from hosts where state in ('pending', 'booting', 'installing', 'verifying')`,
  )
  const late = db.statement(`select ${columns} from hosts where deadline <= ?`)
  const add = db.statement('insert or ignore into hosts (name, state, life) values (?, ?, ?)')
  const setLife = db.statement(
    'update hosts set state = ?, life = ?, install = ?, deadline = ? where name = ?',
  )
  const setDeadline = db.statement('update hosts set deadline = ? where name = ?')
  const setProgress = db.statement(
    'update hosts set percent = ?, message = ?, progress_at = ? where name = ?',
  )
  const setFacts = db.statement('update hosts set facts = ? where name = ?')
  const setSeen = db.statement('update hosts set last_seen = ? where name = ?')

  const setUuid = db.statement('update hosts set uuid = ? where name = ? and uuid is null')
  /** Hosts whose UUID is known: every packet says one. */
  const withUuid = new Set<string>()

  const addMac = db.statement('insert or ignore into macs (mac) values (?)')
  const hasMac = db.statement('select 1 from macs where mac = ?')

  const know = (name: string) => add.run(name, idle.state, JSON.stringify(idle))

  return {
    get: (name: string): HostRecord | undefined => hostOf(get.get(name)),
    has: (name: string): boolean => has.get(name) !== undefined,
    /** What the machine told of itself last. */
    facts(name: string): unknown {
      const text = facts.get(name)?.facts
      return typeof text === 'string' ? JSON.parse(text) : undefined
    },
    all: (): HostRecord[] => all.all().flatMap(row => hostOf(row) ?? []),
    /** The states of all, without the rest: that is quick also for ten thousand. */
    states: (): ReadonlyMap<string, HostState> =>
      new Map(states.all().map(({ name, state }) => [name as string, state as HostState])),
    /** Those with an install under way. */
    running: (): HostRecord[] => running.all().flatMap(row => hostOf(row) ?? []),
    /** Those whose deadline is at or before `now`. */
    late: (now: number): HostRecord[] => late.all(now).flatMap(row => hostOf(row) ?? []),
    /** Makes the host and its MACs "seen"; one that is known already stays as it is. */
    know: (name: string, macs: readonly Mac[] = []): void =>
      db.write(() => {
        know(name)
        for (const mac of macs) addMac.run(mac)
      }),
    /** Whether a MAC is one of a host that was seen, under whatever name. */
    knowsMac: (mac: Mac): boolean => hasMac.get(mac) !== undefined,
    saveLife(name: string, life: Life, install: string | undefined, deadline?: number): void {
      db.write(() => {
        know(name)
        setLife.run(life.state, JSON.stringify(life), install ?? null, deadline ?? null, name)
      })
    },
    saveDeadline: (name: string, deadline: number): void => db.run(setDeadline, deadline, name),
    saveProgress: (name: string, percent: number | undefined, message: string | undefined): void =>
      db.run(
        setProgress,
        percent ?? null,
        message ?? null,
        percent === undefined ? null : now(),
        name,
      ),
    saveFacts: (name: string, facts: unknown): void =>
      db.run(setFacts, JSON.stringify(facts), name),
    /** The first UUID of a host that is heard stays. One that never appeared has none. */
    learnUuid(name: string, uuid: string): void {
      // To have said it is not yet to be known: a host that never appeared stays so.
      if (withUuid.has(name) || has.get(name) === undefined) return
      withUuid.add(name)
      db.run(setUuid, uuid, name)
    },
    /** A host that never appeared stays so: to be seen is not yet to be known. */
    saveSeen: (name: string, at: number): void => db.run(setSeen, at, name),
  }
}

export type Hosts = ReturnType<typeof createHosts>

function hostOf(row: Record<string, unknown> | undefined): HostRecord | undefined {
  if (!row) return undefined
  return {
    name: row.name as string,
    life: { ...lifeIn(row.life as string), state: row.state as HostState },
    ...(row.install !== null && { install: row.install as string }),
    ...(row.percent !== null && { percent: row.percent as number }),
    ...(row.progress_at !== null && { progressAt: row.progress_at as number }),
    ...(row.message !== null && { message: row.message as string }),
    ...(row.last_seen !== null && { lastSeen: row.last_seen as number }),
    ...(row.uuid !== null && { uuid: row.uuid as string }),
  }
}

/** Before reasons had codes it said in a sentence why it is in its state. */
function lifeIn(kept: string): Life {
  const life = JSON.parse(kept) as Omit<Life, 'why'> & { readonly why: Life['why'] | string }
  return { ...life, why: typeof life.why === 'string' ? written(life.why) : life.why }
}
