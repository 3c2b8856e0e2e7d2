import type { Database } from './database.ts'
import type { StoredAdminDeed } from './tables.ts'

/** What somebody did with a token. */
export interface AdminAct {
  /** Name of the token. */
  readonly who: string
  readonly address: string
  readonly action: string
  readonly text: string
  readonly hosts: readonly string[]
  /** Where the request carried an idempotency key: the key, what was asked and what was answered. */
  readonly once?: Once
}

export interface Once {
  readonly key: string
  /** Says whether two requests are the same. */
  readonly request: string
  readonly answer: unknown
}

/** `at` is epoch milliseconds. */
export type AdminEntry = Omit<AdminAct, 'once'> & { readonly id: number; readonly at: number }

/** Entries kept; older ones go. */
const kept = 10_000
/** Milliseconds for which a key repeats its answer. */
const keyLife = 24 * 3600_000

/** Who did what and when. `now` is wall-clock time: people read it. */
export function createAdminLog(db: Database, now: () => number) {
  const columns = 'id, at, who, address, action, text, hosts'
  const add = db.statement(
    'insert into admin_log (at, who, address, action, text, hosts, key, request, answer) values (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const prune = db.statement('delete from admin_log where id <= ?')
  const before = db.statement<EntryRow>(
    `select ${columns} from admin_log where id < ? order by id desc limit ?`,
  )
  const beforeOfHost = db.statement<EntryRow>(
    `select ${columns} from admin_log where id < ? and exists (select 1 from json_each(hosts) where value = ?) order by id desc limit ?`,
  )
  const byKey = db.statement<Pick<StoredAdminDeed, 'request' | 'answer'>>(
    'select request, answer from admin_log where who = ? and key = ? and at > ? order by id desc limit 1',
  )

  return {
    add({ who, address, action, text, hosts, once }: AdminAct): void {
      const { key = null, request = null } = once ?? {}
      const answer = once === undefined ? null : JSON.stringify(once.answer)
      const names = JSON.stringify(hosts)
      db.write(() => {
        const values = [now(), who, address, action, text, names, key, request, answer]
        const { lastInsertRowid } = add.run(...values)
        prune.run(Number(lastInsertRowid) - kept)
      })
    },
    /** The newest entries before an id, newest first. */
    before: (id: number, limit: number, host?: string): AdminEntry[] =>
      (host === undefined ? before.all(id, limit) : beforeOfHost.all(id, host, limit)).map(entryOf),
    /** What this token's request with this key was, and was answered, within the last day. */
    byKey(who: string, key: string): Omit<Once, 'key'> | undefined {
      const row = byKey.get(who, key, now() - keyLife)
      if (!row || row.request === null || row.answer === null) return undefined
      return { request: row.request, answer: JSON.parse(row.answer) as unknown }
    },
  }
}

type EntryRow = Omit<StoredAdminDeed, 'key' | 'request' | 'answer'>

function entryOf({ hosts, ...row }: EntryRow): AdminEntry {
  return { ...row, hosts: JSON.parse(hosts) as string[] }
}
