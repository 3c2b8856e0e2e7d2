import { remember } from '../base/bounded.ts'
import type { Database } from './database.ts'
import type { StoredSession } from './tables.ts'

/** Who is logged in to the page. What a browser shows is not kept, only digests that prove it. */
export interface SessionRecord {
  /** Digest of what the cookie carries. */
  readonly id: string
  /** Name of the token that it was opened with. */
  readonly token: string
  /** Digest of that token under what the cookie carries: nobody finds the token with the database alone. */
  readonly proof: string
  /** Wall-clock epoch milliseconds. */
  readonly endsAt: number
}

/** Logging in again and again must not fill the database: the oldest are ended. */
const most = 1000

/** Sessions of the page; they outlive a restart. */
export function createSessionStore(db: Database, standsBy: () => boolean = () => false) {
  /** Those that were opened while this daemon stood by: they end with it. */
  const own = new Map<string, SessionRecord>()
  const get = db.statement<Omit<StoredSession, 'opened_at'>>(
    'select id, token, proof, ends_at from sessions where id = ?',
  )
  const add = db.statement(
    'insert into sessions (id, token, proof, ends_at, opened_at) values (?, ?, ?, ?, ?)',
  )
  const remove = db.statement('delete from sessions where id = ?')
  const prune = db.statement(
    `delete from sessions where ends_at <= ?
     or id not in (select id from sessions order by opened_at desc, rowid desc limit ${most})`,
  )
  return {
    find(id: string): SessionRecord | undefined {
      const ours = own.get(id)
      if (ours) return ours
      const row = get.get(id)
      return row && { id, token: row.token, proof: row.proof, endsAt: row.ends_at }
    },
    /** `now` is wall-clock epoch milliseconds. */
    add({ id, token, proof, endsAt }: SessionRecord, now: number): void {
      if (standsBy()) {
        remember(own, id, { id, token, proof, endsAt }, most)
        return
      }
      db.write(() => {
        add.run(id, token, proof, endsAt, now)
        prune.run(now)
      })
    },
    remove(id: string): void {
      // One of the daemon that works is ended there.
      if (!own.delete(id) && !standsBy()) db.run(remove, id)
    },
  }
}
