import type { Client } from 'pg'
import { laterThan } from '../migrate.ts'
import { postgresMigrations } from './migrations.ts'

/** Throws LaterError where a later bootwright has changed the schema since this one came. */
export async function refuseLater(client: Client): Promise<void> {
  const names = postgresMigrations.map(({ name }) => name)
  const { rows } = await client.query<{ name: string }>(
    'select name from migrations where name <> all($1) limit 1',
    [names],
  )
  if (rows[0]) throw laterThan(postgresMigrations, rows[0].name)
}

/** Any number that nobody else locks by. */
const lock = 7_355_608

/**
 * Brings the schema up to date, wholly or not at all, whoever comes first. Throws LaterError where a later
 * bootwright has changed it.
 */
export async function migratePostgres(client: Client, known = postgresMigrations): Promise<void> {
  await client.query('begin')
  try {
    await client.query(`select pg_advisory_xact_lock(${lock})`)
    await client.query(
      'create table if not exists migrations (name text primary key, at timestamptz not null)',
    )
    const { rows } = await client.query<{ name: string }>(
      'select name from migrations order by name',
    )
    const applied = rows.map(({ name }) => name)
    const later = applied.find(name => !known.some(one => one.name === name))
    if (later !== undefined) throw laterThan(known, later)
    for (const { name, sql } of known) {
      if (applied.includes(name)) continue
      await client.query(sql)
      await client.query('insert into migrations values ($1, clock_timestamp())', [name])
    }
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
}
