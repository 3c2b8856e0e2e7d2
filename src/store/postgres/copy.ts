import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { SQLOutputValue } from 'node:sqlite'
import type { Client } from 'pg'
import { type Database, StoreError } from '../database.ts'
import { openSqlite } from '../sqlite.ts'
import { statementsOf } from './batch.ts'
import { connect, faultOf, urlsOf } from './connect.ts'
import { migratePostgres } from './migrate.ts'
import { type Table, tables } from './tables.ts'

/** Rows that are sent together. */
const atOnce = 500

/**
 * Copies what SQLite in `dataDir` remembers into an empty database of PostgreSQL, whole or not at all, and
 * tells how many rows that were. No daemon may run on either. Rejects with StoreError.
 */
export async function copyStore(dataDir: string, url: string): Promise<number> {
  const urls = urlsOf(url)
  if (!existsSync(join(dataDir, 'bootwright.db'))) {
    throw new StoreError(`there is no bootwright.db in ${dataDir}`)
  }
  const from = await openSqlite(dataDir)
  try {
    const { client, drop } = await connect(urls, { pipeline: false })
    try {
      await migratePostgres(client)
      return await copyInto(client, from)
    } finally {
      drop()
    }
  } catch (error) {
    if (error instanceof StoreError) throw error
    throw new StoreError(`nothing was copied into PostgreSQL: ${faultOf(error)}`)
  } finally {
    await from.close()
  }
}

async function copyInto(client: Client, from: Database): Promise<number> {
  await client.query('begin')
  // No daemon comes in between.
  await client.query('lock table owners in exclusive mode')
  await mustBeEmpty(client)
  let count = 0
  for (const table of tables) {
    if (table.name === 'learnt') continue
    for (const rows of pagesOf(from, table)) {
      const changes = rows.map(values => ({ table: table.name, kind: 'insert' as const, values }))
      for (const statement of statementsOf(changes)) await client.query(statement)
      count += rows.length
    }
  }
  if (!from.isNew) await client.query(`insert into learnt (name) values ('settled')`)
  await client.query('commit')
  return count
}

async function mustBeEmpty(client: Client): Promise<void> {
  const busy = await client.query(
    `select 1 from owners where renewed > clock_timestamp() - interval '5 s'`,
  )
  if (busy.rows.length > 0) throw new StoreError('a daemon works on that database: stop it first')
  for (const { name } of tables) {
    const { rows } = await client.query(`select 1 from ${name} limit 1`)
    if (rows.length > 0) throw new StoreError(`that database is not empty: it has rows in ${name}`)
  }
}

function* pagesOf(from: Database, table: Table): Iterable<SQLOutputValue[][]> {
  const names = Object.keys(table.columns)
  const columns = names.map(name => `"${name}"`).join(', ')
  const all = from.statement(`select ${columns} from ${table.name} order by rowid`)
  let page: SQLOutputValue[][] = []
  for (const row of all.iterate()) {
    page.push(names.map(name => row[name] ?? null))
    if (page.length < atOnce) continue
    yield page
    page = []
  }
  if (page.length > 0) yield page
}
