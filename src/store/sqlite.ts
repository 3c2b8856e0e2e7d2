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
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { type Database, type Statement, StoreError } from './database.ts'
import { type Committing, createGroupCommit } from './group-commit.ts'
import { LaterError, migrate } from './migrate.ts'

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
  const statements = new Map<string, Statement>()
  const listeners: (() => void)[] = []
  const undone = () => {
    for (const listener of listeners) listener()
  }
  const group = createGroupCommit(committing(connection, log, undone, failed))
  const savepoint = connection.prepare('savepoint work')
  const release = connection.prepare('release work')

  return {
    statement<Row>(text: string) {
      const statement = statements.get(text) ?? guarded(connection.prepare(text), failed)
      statements.set(text, statement)
      return statement as Statement<Row>
    },
    run(statement, ...values) {
      group.begin()
      statement.run(...values)
    },
    change(statement, ...values) {
      group.begin()
      return Number(statement.run(...values).changes)
    },
    write(work) {
      group.begin()
      savepoint.run()
      try {
        const result = work()
        release.run()
        return result
      } catch (error) {
        if (connection.isTransaction) connection.exec('rollback to work; release work')
        undone()
        throw error
      }
    },
    onUndone: listener => void listeners.push(listener),
    settle() {
      group.begin()
      connection.exec('pragma user_version = 1')
    },
    committed: group.committed,
    isBusy: group.isBusy,
    close() {
      group.flush()
      connection.close()
      closeSync(log)
    },
  }
}

/** The turn's transaction, and its log. */
function committing(
  connection: DatabaseSync,
  log: number,
  undone: () => void,
  failed: (error: unknown) => unknown,
): Committing {
  const [begin, commit] = [connection.prepare('begin'), connection.prepare('commit')]
  return {
    begin: () => void begin.run(),
    commit() {
      try {
        commit.run()
      } catch (error) {
        if (connection.isTransaction) connection.exec('rollback')
        undone()
        throw failed(error)
      }
    },
    sync: () => syncData(log),
    syncNow: () => fdatasyncSync(log),
  }
}

/** A statement whose errors are told as `failed` has them. */
function guarded(statement: StatementSync, failed: (error: unknown) => unknown): Statement {
  const guard =
    <R>(work: (...values: SQLInputValue[]) => R) =>
    (...values: SQLInputValue[]): R => {
      try {
        return work(...values)
      } catch (error) {
        throw failed(error)
      }
    }
  return {
    get: guard((...values) => statement.get(...values)),
    all: guard((...values) => statement.all(...values)),
    run: guard((...values) => statement.run(...values)),
    *iterate(...values: SQLInputValue[]) {
      try {
        yield* statement.iterate(...values)
      } catch (error) {
        throw failed(error)
      }
    },
  } as Statement
}
