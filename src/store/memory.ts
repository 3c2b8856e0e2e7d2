import { mkdirSync } from 'node:fs'
import { computerClock } from '../base/clock.ts'
import type { NewEvent } from '../boot/event-record.ts'
import { mapTexts, maskSecrets, maskTokens } from '../boot/mask.ts'
import type { Config } from '../config/config.ts'
import { createAdminLog } from './admin-log.ts'
import type { Database } from './database.ts'
import { createDeliveries } from './deliveries.ts'
import { createErasures } from './erasures.ts'
import { createEvents } from './events.ts'
import { type History, historyAtHand } from './history.ts'
import { createHostCards } from './host-cards.ts'
import { createHosts } from './hosts.ts'
import { createInstalls } from './installs.ts'
import { createLeases } from './leases.ts'
import { createLeases6 } from './leases6.ts'
import { createNicVendors } from './nic-vendors.ts'
import type { Peers } from './peers.ts'
import { openPostgres, type PostgresOptions } from './postgres/engine.ts'
import type { Upkeep } from './postgres/upkeep.ts'
import { createSessionStore } from './sessions.ts'
import { openSqlite } from './sqlite.ts'

/** What a database that several can reach needs to know. */
export type ThisDaemon = Omit<PostgresOptions, 'urlFile'>

const inATest: ThisDaemon = {
  daemon: 'a test',
  version: 'a test',
  urls: () => ({}),
  waits: () => {},
  lost(error) {
    setImmediate(() => {
      throw error
    })
  },
}

/** Kinds of events that carry somebody else's words. */
const spoken: ReadonlySet<string> = new Set(['syslog', 'output', 'phone-home', 'callback'])

/** Kinds of events by which the machine itself is heard after its boot. */
const heard: ReadonlySet<string> = new Set(['phone-home', 'file'])

/** Everything the daemon remembers. Timelines carry wall-clock time, because people read it. */
export async function openMemory(
  config: () => Config,
  daemon: ThisDaemon = inATest,
  { wall } = computerClock,
  open = openEngine,
) {
  const { db, ...there } = await open(config(), daemon)
  const leases = createLeases(db)
  const hosts = createHosts(db, wall)
  const events = createEvents(db, wall, () => config().keep)
  const installs = createInstalls(db)
  const standsBy = () => there.peers?.standsBy()
  return {
    isNew: () => db.isNew,
    /** The other daemons on the same database, where it is one that several can have. */
    peers: there.peers,
    /** Why this daemon keeps nothing: another one works. */
    standsBy,
    onFollowed: db.onFollowed,
    settle: db.settle,
    hosts,
    installs,
    deliveries: createDeliveries(db),
    leases,
    leases6: createLeases6(db),
    adminLog: createAdminLog(db, wall),
    hostCards: createHostCards(db),
    erasures: createErasures(db),
    nicVendors: createNicVendors(db),
    sessions: createSessionStore(db, () => standsBy() !== undefined),
    events,
    history: there.history ?? historyAtHand(events, installs),
    // Installers, kernels and callbacks print the command line, and it carries tokens and more.
    record(event: NewEvent): void {
      // What a daemon that stands by does is no matter of the hosts.
      if (standsBy() !== undefined) return
      const mask = spoken.has(event.kind) ? (text: string) => maskSecrets(text, []) : maskTokens
      events.record(mapTexts(event, mask))
      if (event.host !== null && heard.has(event.kind)) hosts.saveSeen(event.host, wall())
    },
    write: db.write,
    committed: db.committed,
    /** The same for what is no matter of the hosts: a daemon that stands by does it all the same. */
    committedHere: (): Promise<void> =>
      standsBy() === undefined ? db.committed() : Promise.resolve(),
    away: () => db.away?.(),
    isCrowded: () => db.isCrowded?.() ?? false,
    /** Forgets what was kept long enough where it is not in memory. */
    async tidy(): Promise<void> {
      const { events, perHost } = config().keep
      await there.upkeep?.dropOld({ before: wall() - events * 1000, perHost })
    },
    close(): void | Promise<void> {
      if (standsBy() === undefined) leases.restoreAll()
      return db.close()
    },
  }
}

/** What keeps the rows, and what else there is where several daemons can reach it. */
export interface StoreEngine {
  readonly db: Database
  readonly history?: History
  readonly upkeep?: Upkeep
  readonly peers?: Peers
}

/** What the config says: SQLite's file in `dataDir`, or PostgreSQL. Rejects with StoreError. */
export async function openEngine(
  { dataDir, store }: Config,
  daemon: ThisDaemon,
): Promise<StoreEngine> {
  if (!store) return { db: await openSqlite(dataDir) }
  // Tokens and logins of this machine are there all the same.
  mkdirSync(dataDir, { recursive: true, mode: 0o750 })
  return openPostgres({ ...store, ...daemon })
}

export type DaemonMemory = Awaited<ReturnType<typeof openMemory>>
