import {
  closeSync,
  existsSync,
  fdatasync,
  fdatasyncSync,
  fsyncSync,
  mkdirSync,
  openSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { type Database, StoreError } from './database.ts'
import { LaterError, migrate } from './migrate.ts'
import { createTransactions } from './transactions.ts'

/** Opens `<dataDir>/bootwright.db` and brings its tables up to date. Throws StoreError. */
export async function openSqlite(dataDir: string): Promise<Database> {
  const file = join(dataDir, 'bootwright.db')
  const connection = connect(dataDir, file)
  const failed = (error: unknown) => storeError(error, `cannot read ${file}`)
  let isNew = false
  try {
    // In the file's header, so it is set in one transaction with what makes the database not new.
    isNew = connection.prepare('pragma user_version').get()?.user_version === 0
    migrate(connection)
  } catch (error) {
    connection.close()
    const known = failed(error)
    if (known instanceof StoreError) throw known
    const what = error instanceof LaterError ? 'open' : 'bring up to date'
    throw new StoreError(`cannot ${what} ${file}: ${messageOf(error)}`)
  }
  return { ...inGroups(connection, openLog(dataDir, file), failed), isNew }
}

/** SQLite's codes for a file whose pages contradict each other, and for one that is none of its own. */
const damaged = [11, 26]

/** A sentence for a damaged file; any other error as it is. */
function storeError(error: unknown, what: string): unknown {
  const { errcode } = (error ?? {}) as { errcode?: number }
  if (errcode === undefined || !damaged.includes(errcode & 0xff)) return error
  const ways =
    'copy dataDir, then put back a backup, or what "sqlite3 bootwright.db .recover" can still read'
  return new StoreError(`${what}: it is damaged (${messageOf(error)}); ${ways}`)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function connect(dataDir: string, file: string): DatabaseSync {
  let connection: DatabaseSync | undefined
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o750 })
    // Made before SQLite does: its log gets the same rights, and both hold tokens. Not when it is
    // there: closing a second descriptor would drop the locks of whoever has it open.
    if (!existsSync(file)) closeSync(openSync(file, 'wx', 0o600))
    connection = new DatabaseSync(file, { timeout: 500 })
    // Exclusive: a second daemon on the same dataDir would lease the same addresses.
    connection.exec('pragma locking_mode = exclusive')
    connection.exec('pragma journal_mode = wal')
    // SQLite itself puts only checkpoints on disk; the log is our own to sync, in groups.
    connection.exec('pragma synchronous = normal')
    // What a savepoint would restore needs no file: a crash rolls back by the log.
    connection.exec('pragma temp_store = memory')
    connection.exec('begin exclusive; commit')
    return connection
  } catch (error) {
    // Else this process itself would be the other bootwright that holds the file.
    connection?.close()
    const known = storeError(error, `cannot open ${file}`)
    if (known instanceof StoreError) throw known
    const why = messageOf(error)
    const hint = why.includes('locked') ? 'another bootwright runs on this dataDir' : why
    throw new StoreError(`cannot open ${file}: ${hint}`)
  }
}

/** The write-ahead log, on disk with its name and with what the start has written. */
function openLog(dataDir: string, file: string): number {
  const log = openSync(`${file}-wal`, 'r')
  fdatasyncSync(log)
  const folder = openSync(dataDir, 'r')
  fsyncSync(folder)
  closeSync(folder)
  return log
}

const syncData = promisify(fdatasync)

function inGroups(
  connection: DatabaseSync,
  log: number,
  failed: (error: unknown) => unknown,
): Omit<Database, 'isNew'> {
  const disk = { sync: () => syncData(log), syncNow: () => fdatasyncSync(log) }
  const { begin, flush, ...turns } = createTransactions(connection, disk, failed)
  return {
    ...turns,
    settle() {
      begin()
      connection.exec('pragma user_version = 1')
    },
    close() {
      flush()
      connection.close()
      closeSync(log)
    },
  }
}
