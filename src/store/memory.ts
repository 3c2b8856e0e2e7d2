import type { NewEvent } from '../boot/event-record.ts'
import { mapTexts, maskSecrets, maskTokens } from '../boot/mask.ts'
import type { Config } from '../config/config.ts'
import { createAdminLog } from './admin-log.ts'
import type { Database } from './database.ts'
import { createDeliveries } from './deliveries.ts'
import { createEvents } from './events.ts'
import { historyAtHand } from './history.ts'
import { createHosts } from './hosts.ts'
import { createInstalls } from './installs.ts'
import { createLeases } from './leases.ts'
import { createLeases6 } from './leases6.ts'
import { createNicVendors } from './nic-vendors.ts'
import { createSessionStore } from './sessions.ts'
import { openSqlite } from './sqlite.ts'

/** Kinds of events that carry somebody else's words. */
const spoken: ReadonlySet<string> = new Set(['syslog', 'output', 'phone-home', 'callback'])

/** Kinds of events by which the machine itself is heard after its boot. */
const heard: ReadonlySet<string> = new Set(['phone-home', 'file'])

/** Everything the daemon remembers. Timelines carry wall-clock time, because people read it. */
export async function openMemory(config: () => Config) {
  const db: Database = await openSqlite(config().dataDir)
  const leases = createLeases(db)
  const hosts = createHosts(db)
  const events = createEvents(db, Date.now, () => config().keep)
  const installs = createInstalls(db)
  return {
    isNew: db.isNew,
    settle: db.settle,
    hosts,
    installs,
    deliveries: createDeliveries(db),
    leases,
    leases6: createLeases6(db),
    adminLog: createAdminLog(db, Date.now),
    nicVendors: createNicVendors(db),
    sessions: createSessionStore(db),
    events,
    history: historyAtHand(events, installs),
    // Installers, kernels and callbacks print the command line, and it carries tokens and more.
    record(event: NewEvent): void {
      const mask = spoken.has(event.kind) ? (text: string) => maskSecrets(text, []) : maskTokens
      events.record(mapTexts(event, mask))
      if (event.host !== null && heard.has(event.kind)) hosts.saveSeen(event.host, Date.now())
    },
    write: db.write,
    committed: db.committed,
    close(): void {
      leases.restoreAll()
      db.close()
    },
  }
}

export type DaemonMemory = Awaited<ReturnType<typeof openMemory>>
