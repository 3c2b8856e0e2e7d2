import type { SQLOutputValue } from 'node:sqlite'
import type { Query } from 'pg'
import type { RowChange } from './changeset.ts'
import { columnOf, type Table, tables } from './tables.ts'

/** RowGroup of a table that have the same columns to be written. */
interface RowGroup {
  readonly table: Table
  readonly columns: readonly string[]
  readonly kind: RowChange['kind']
  /** For each column the values of all rows. */
  readonly values: unknown[][]
}

/** What goes comes first, so that what is unique is free for what comes. */
const order: readonly RowChange['kind'][] = ['delete', 'update', 'insert']

/** Lines of timelines are cut short in memory; PostgreSQL keeps them by rules of its own. */
const keptThere: ReadonlySet<string> = new Set(['events'])

/**
 * The statements that do to PostgreSQL what was done to memory. Each may be repeated: a row is written with
 * all that it says, whether it is there already or not.
 */
export function statementsOf(changes: Iterable<RowChange>): Query[] {
  const groups = new Map<string, RowGroup>()
  for (const change of changes) add(groups, change)
  return [...groups.values()]
    .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
    .map(rows => ({ text: textOf(rows), values: rows.values, name: nameOf(rows) }))
}

function add(groups: Map<string, RowGroup>, { table: name, kind, values }: RowChange): void {
  const table = tables.find(one => one.name === name)
  if (!table || (kind === 'delete' && keptThere.has(name))) return
  const names = Object.keys(table.columns)
  const isWritten = (column: string, n: number) =>
    kind === 'delete' ? table.key.includes(column) : values[n] !== undefined
  const columns = names.filter(isWritten)
  const key = `${name} ${kind} ${columns.join()}`
  const rows = groups.get(key) ?? { table, columns, kind, values: columns.map(() => []) }
  groups.set(key, rows)
  for (const [place, column] of columns.entries()) {
    rows.values[place]?.push(sent(table, column, values[names.indexOf(column)]))
  }
}

function sent({ columns }: Table, column: string, value: SQLOutputValue | undefined): unknown {
  const kind = columns[column]
  return kind && columnOf(kind).send(value ?? null)
}

function nameOf({ table, kind, columns }: RowGroup): string {
  const places = Object.keys(table.columns).map(name => (columns.includes(name) ? 1 : 0))
  return `${table.name}-${kind}-${places.join('')}`
}

const quoted = (names: readonly string[]) => names.map(name => `"${name}"`).join(', ')

function textOf({ table, kind, columns }: RowGroup): string {
  const arrays = columns.map((name, n) => {
    const type = table.columns[name]
    return `$${n + 1}::${type ? columnOf(type).type : ''}[]`
  })
  const rows = `unnest(${arrays.join(', ')}) as row (${quoted(columns)})`
  const isRow = table.key.map(name => `own."${name}" = row."${name}"`).join(' and ')
  const rest = columns.filter(name => !table.key.includes(name))
  if (kind === 'delete') return `delete from ${table.name} as own using ${rows} where ${isRow}`
  const set = rest.map(name => [`"${name}"`, `"${name}"`] as const)
  if (kind === 'update') {
    const pairs = set.map(([own, other]) => `${own} = row.${other}`).join(', ')
    return `update ${table.name} as own set ${pairs} from ${rows} where ${isRow}`
  }
  const pairs = set.map(([own, other]) => `${own} = excluded.${other}`).join(', ')
  const again = rest.length === 0 ? 'nothing' : `update set ${pairs}`
  return `insert into ${table.name} (${quoted(columns)}) select * from ${rows} on conflict (${quoted(table.key)}) do ${again}`
}
