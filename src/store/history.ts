import type { EventReading, EventRecord } from '../boot/event-record.ts'
import type { Install, PastInstall } from '../boot/install.ts'

/** What only people read: nothing is decided by it, so it need not be in memory, and may take its time. */
export interface History extends EventReading {
  /** The newest installs of a host, newest first. */
  installs(host: string, limit: number): Promise<readonly PastInstall[]>
}

/** What there is at hand: SQLite has all of it. */
export function historyAtHand(
  events: {
    after(...asked: Parameters<History['after']>): EventRecord[]
    newest(...asked: Parameters<History['newest']>): EventRecord[]
  },
  installs: { ofHost(...asked: Parameters<History['installs']>): Install[] },
): History {
  return {
    after: async (...asked) => events.after(...asked),
    newest: async (...asked) => events.newest(...asked),
    installs: async (...asked) => installs.ofHost(...asked),
  }
}
