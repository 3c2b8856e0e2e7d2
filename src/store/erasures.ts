import type { Erasure } from '../boot/erase.ts'
import type { Database } from './database.ts'
import type { StoredErasure } from './tables.ts'

/** Records of what was erased. They are kept for good: disks are asked after when they have long left. */
export function createErasures(db: Database) {
  const add = db.statement(
    'insert or replace into erasures (install, host, ended_at, record) values (?, ?, ?, ?)',
  )
  const get = db.statement<StoredErasure>('select * from erasures where install = ?')
  const newest = db.statement<StoredErasure>('select * from erasures order by install desc limit ?')
  const ofHost = db.statement<StoredErasure>(
    'select * from erasures where host = ? order by install desc limit ?',
  )
  return {
    add(erasure: Erasure): void {
      const { install, host, endedAt } = erasure
      db.run(add, install, host, endedAt, JSON.stringify(erasure))
    },
    get(install: string): Erasure | undefined {
      const row = get.get(install)
      return row && erasureIn(row)
    },
    /** The newest first, of one host or of all. */
    newest: (limit: number, host?: string): Erasure[] =>
      (host === undefined ? newest.all(limit) : ofHost.all(host, limit)).map(erasureIn),
  }
}

const erasureIn = ({ record }: StoredErasure): Erasure => JSON.parse(record) as Erasure
