import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite'
import type { Client } from 'pg'
import type { RowChange } from './changeset.ts'
import { hot, readOf } from './hot.ts'
import { type Table, tables } from './tables.ts'

/** How far somebody has read what an owner wrote: its epoch, and the number of its batch. */
export interface BatchPosition {
  readonly epoch: number
  readonly number: number
}

/** What there is in PostgreSQL that something is decided by, and up to where that is. */
interface Snapshot {
  readonly position: BatchPosition
  readonly rows: ReadonlyMap<Table, readonly SQLInputValue[][]>
}

/** One view of all tables. */
async function readAll(client: Client): Promise<Snapshot> {
  await client.query('begin isolation level repeatable read read only')
  const found = await client.query<BatchPosition>(
    `select epoch::float8 as epoch, coalesce(
       (select max(number) from batches where batches.epoch = owners.epoch), 0)::float8 as number
     from owners where network = '*'`,
  )
  const rows = new Map<Table, SQLInputValue[][]>()
  for (const table of tables) {
    const names = Object.keys(table.columns)
    const answer = await client.query<Record<string, SQLInputValue>>(
      `select ${readOf(table)} from ${table.name} ${hot[table.name] ?? ''}`,
    )
    rows.set(
      table,
      answer.rows.map(row => names.map(name => row[name] ?? null)),
    )
  }
  await client.query('commit')
  return { position: found.rows[0] ?? { epoch: 0, number: 0 }, rows }
}

/**
 * Makes the memory what PostgreSQL is, as far as decisions are made by it; tells which rows were not. Nothing
 * of it is done when it rejects.
 */
export async function makeAlike(
  client: Client,
  memory: DatabaseSync,
): Promise<{ readonly position: BatchPosition; readonly changes: readonly RowChange[] }> {
  const { position, rows } = await readAll(client)
  const changes: RowChange[] = []
  memory.exec('begin')
  try {
    const wanted = [...rows].map(([table, found]) => compare(memory, table, found))
    // What is unique is free before somebody else takes it.
    for (const { table, gone } of wanted) changes.push(...drop(memory, table, gone))
    for (const { table, other } of wanted) changes.push(...put(memory, table, other))
    memory.exec('commit')
  } catch (error) {
    if (memory.isTransaction) memory.exec('rollback')
    throw error
  }
  return { position, changes }
}

interface Difference {
  readonly table: Table
  /** Rows of memory that are there no more. */
  readonly gone: readonly SQLOutputValue[][]
  /** Rows that are new, or not as in memory. */
  readonly other: readonly SQLInputValue[][]
}

function compare(
  memory: DatabaseSync,
  table: Table,
  found: readonly SQLInputValue[][],
): Difference {
  const names = Object.keys(table.columns)
  const places = table.key.map(name => names.indexOf(name))
  const keyOf = (row: readonly unknown[]) => JSON.stringify(places.map(n => String(row[n])))
  const other = new Map(found.map(row => [keyOf(row), row]))
  const gone: SQLOutputValue[][] = []
  const all = memory.prepare(`select ${quoted(names)} from ${table.name}`)
  for (const row of all.iterate()) {
    const values = names.map(name => row[name] ?? null)
    const key = keyOf(values)
    const wanted = other.get(key)
    if (!wanted) gone.push(values)
    else if (wanted.every((value, n) => isEqual(value, values[n]))) other.delete(key)
  }
  return { table, gone, other: [...other.values()] }
}

/** Digits may be a number in memory: the column says so. */
function isEqual(one: SQLInputValue, other: SQLOutputValue | undefined): boolean {
  return one === other || (one !== null && other !== null && String(one) === String(other))
}

function drop(
  memory: DatabaseSync,
  { name: table, key, columns }: Table,
  rows: readonly SQLOutputValue[][],
): RowChange[] {
  const names = Object.keys(columns)
  const where = key.map(name => `"${name}" = ?`).join(' and ')
  const statement = memory.prepare(`delete from ${table} where ${where}`)
  return rows.map(values => {
    statement.run(...key.map(name => values[names.indexOf(name)] ?? null))
    return { table, kind: 'delete', values }
  })
}

/** Not by `replace`, which would drop what hangs on a row. */
function put(
  memory: DatabaseSync,
  { name: table, key, columns }: Table,
  rows: readonly SQLInputValue[][],
): RowChange[] {
  const names = Object.keys(columns)
  const rest = names.filter(name => !key.includes(name))
  const set = rest.map(name => `"${name}" = excluded."${name}"`).join(', ')
  const again = rest.length === 0 ? 'nothing' : `update set ${set}`
  const statement = memory.prepare(
    `insert into ${table} (${quoted(names)}) values (${names.map(() => '?').join(', ')})
     on conflict (${quoted(key)}) do ${again}`,
  )
  return rows.map(values => {
    statement.run(...values)
    return { table, kind: 'insert', values: values as SQLOutputValue[] }
  })
}

function quoted(names: readonly string[]): string {
  return names.map(name => `"${name}"`).join(', ')
}
