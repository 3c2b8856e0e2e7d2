import type { SQLInputValue, SQLOutputValue, StatementResultingChanges } from 'node:sqlite'

/**
 * What the rooms of the store write to, whatever engine keeps it. Statements are synchronous, and all that
 * one turn of the event loop writes is one batch, which the engine commits together. Whoever must not
 * answer before his write is on disk awaits `committed()`.
 */
export interface Database {
  /**
   * The prepared statement of this text, made once. `Row` is what it selects (tables.ts). What it meets
   * in a damaged file is a StoreError.
   */
  statement<Row = Record<string, SQLOutputValue>>(text: string): Statement<Row>
  /** Runs one statement in the turn's transaction; of one that throws SQLite leaves nothing behind. */
  run(statement: Statement, ...values: SQLInputValue[]): void
  /** The same, and tells how many rows it changed. */
  change(statement: Statement, ...values: SQLInputValue[]): number
  /** Runs `work` in the turn's transaction; when it throws, only its own writes are undone. */
  write<T>(work: () => T): T
  /** Resolves when everything written so far is on disk; rejects when it could not be. */
  committed(): Promise<void>
  /** Calls back when writes were undone: what was read since they were made is not so. */
  onUndone(listener: () => void): void
  /** Whether the disk has a commit to do that what is written now is too late for. */
  isBusy(): boolean
  /** True when it was opened without anything learnt: no turn with `settle` was on disk. */
  readonly isNew: boolean
  /** From the next start on the database is not new. Written with the turn. */
  settle(): void
  /** Why nothing can be kept for now, where that comes and goes: the database is elsewhere. */
  away?(): string | undefined
  /** Calls back for each row that another daemon has written, when it stands in memory. */
  onFollowed?(listener: (row: FollowedRow) => void): void
  /** Whether more lines of timelines wait until it is back than memory is to hold. */
  isCrowded?(): boolean
  close(): void | Promise<void>
}

/** What another daemon did to a row. */
export interface FollowedRow {
  readonly table: string
  readonly kind: 'insert' | 'update' | 'delete'
  /** The first column of the primary key. */
  readonly key: SQLOutputValue
}

export interface Statement<Row = unknown> {
  get(...values: SQLInputValue[]): Row | undefined
  all(...values: SQLInputValue[]): Row[]
  iterate(...values: SQLInputValue[]): Iterable<Row>
  run(...values: SQLInputValue[]): StatementResultingChanges
}

/** Thrown when another daemon holds the same dataDir, when it cannot be written, and when it is damaged. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
}
