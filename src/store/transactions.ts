import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { Database, Statement } from './database.ts'
import { type Committing, createGroupCommit, type GroupCommit } from './group-commit.ts'

/** What makes the turn's transaction last. */
type Disk = Pick<Committing, 'sync' | 'syncNow' | 'clock'>

/**
 * The statements of a connection, prepared once; what one turn of the event loop writes is one transaction.
 * Errors are told as `failed` has them.
 */
export function createTransactions(
  connection: DatabaseSync,
  disk: Disk,
  failed: (error: unknown) => unknown,
): Omit<Database, 'isNew' | 'settle' | 'close'> & Pick<GroupCommit, 'begin' | 'flush'> {
  const statements = new Map<string, Statement>()
  const listeners: (() => void)[] = []
  const undone = () => {
    for (const listener of listeners) listener()
  }
  const group = createGroupCommit(committing(connection, disk, undone, failed))
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
    ...group,
  }
}

/** The turn's transaction, and what makes it last. */
function committing(
  connection: DatabaseSync,
  disk: Disk,
  undone: () => void,
  failed: (error: unknown) => unknown,
): Committing {
  const [begin, commit] = [connection.prepare('begin'), connection.prepare('commit')]
  return {
    ...disk,
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
