import { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../src/base/clock.ts'
import type { Database } from '../../src/store/database.ts'
import type { StoreEngine } from '../../src/store/memory.ts'
import { migrate } from '../../src/store/migrate.ts'
import { createTransactions } from '../../src/store/transactions.ts'
import { happens, type Throws } from './throws.ts'

/** What is wrong with a disk, for as long as it is. */
export interface DiskTrouble {
  /** Nothing more can be written. */
  isFull: boolean
  /** Of a thousand syncs so many fail. */
  failing: number
  /** Milliseconds that a sync takes at most. */
  slow: number
}

/** The tables of a new database. */
const empty = (() => {
  const db = new DatabaseSync(':memory:')
  migrate(db)
  db.exec('create table learnt (name text primary key)')
  const bytes = db.serialize()
  db.close()
  return bytes
})()

/**
 * A disk with SQLite's file and its log, as processes come and go. What was committed outlives a process that
 * is killed; what was synced outlives a loss of power as well, and of the rest as much as chance has it.
 */
export function createDisk(roll: Throws) {
  const trouble: DiskTrouble = { isFull: false, failing: 0, slow: 1 }
  const file = openCopy(empty)
  let log: Uint8Array[] = []
  let safe = 0
  let close: (() => void) | undefined

  const open = (clock: Clock): StoreEngine => {
    const connection = openCopy(file.serialize())
    const writing = logged(connection, changes => log.push(changes), trouble)
    const sync = async () => {
      const upTo = log.length
      await clock.sleep(roll(trouble.slow * 10) / 10)
      fail(roll, trouble)
      safe = Math.max(safe, upTo)
    }
    const syncNow = () => {
      fail(roll, trouble)
      safe = log.length
    }
    const disk = { sync, syncNow, clock }
    const { begin: _b, flush, ...turns } = createTransactions(writing, disk, error => error)
    const settle = turns.statement("insert or ignore into learnt (name) values ('settled')")
    const isNew = connection.prepare('select 1 from learnt').get() === undefined
    close = () => connection.close()
    const db: Database = {
      ...{ ...turns, isNew, settle: () => turns.run(settle) },
      close() {
        flush()
        connection.close()
        close = undefined
      },
    }
    return { db }
  }
  return {
    trouble,
    open,
    /** The process that had it open is no more. */
    cut(isPowerLoss: boolean): void {
      close?.()
      close = undefined
      const kept = isPowerLoss ? safe + roll(log.length - safe + 1) : log.length
      for (const changes of log.slice(0, kept)) {
        if (!file.applyChangeset(changes)) throw new Error('the model of the disk is wrong')
      }
      log = []
      safe = 0
    },
    /** What a process that begins now would find. */
    read: <Row>(query: string): Row[] => file.prepare(query).all() as Row[],
  }
}

export type Disk = ReturnType<typeof createDisk>

function openCopy(bytes: Uint8Array): DatabaseSync {
  const copy = new DatabaseSync(':memory:')
  copy.deserialize(bytes)
  return copy
}

function fail(roll: Throws, { failing }: DiskTrouble): void {
  if (happens(roll, failing)) throw new Error('EIO: i/o error, fdatasync')
}

/** The connection, of which every commit is told. On a full disk none is made. */
function logged(
  connection: DatabaseSync,
  committed: (changes: Uint8Array) => void,
  trouble: DiskTrouble,
): DatabaseSync {
  let session = connection.createSession()
  const commit = connection.prepare('commit')
  const run = () => {
    if (trouble.isFull) throw new Error('database or disk is full')
    const ended = commit.run()
    const changes = session.changeset()
    if (changes.length > 0) committed(changes)
    session.close()
    session = connection.createSession()
    return ended
  }
  const logging = {
    prepare: (text: string) => (text === 'commit' ? { run } : connection.prepare(text)),
    exec: (text: string) => connection.exec(text),
    get isTransaction() {
      return connection.isTransaction
    },
  }
  return logging as unknown as DatabaseSync
}
