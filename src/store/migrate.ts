import type { DatabaseSync } from 'node:sqlite'
import { type Migration, migrations } from './migrations.ts'

/** Thrown for a database that a later bootwright has changed. */
export class LaterError extends Error {
  override readonly name = 'LaterError'
}

/**
 * Brings the tables up to date, wholly or not at all. Throws LaterError where a change was made that is
 * not among the `known`, and what SQLite throws; the database is then as it was.
 */
export function migrate(db: DatabaseSync, known: readonly Migration[] = migrations): void {
  db.exec('begin immediate')
  try {
    db.exec('create table if not exists migrations (name text primary key, at integer not null)')
    takeOver(db, known)
    apply(db, known)
    db.exec('commit')
  } catch (error) {
    if (db.isTransaction) db.exec('rollback')
    throw error
  }
}

function apply(db: DatabaseSync, known: readonly Migration[]): void {
  const applied = namesIn(db, 'migrations')
  const later = applied.find(name => !known.some(one => one.name === name))
  if (later !== undefined) throw laterThan(known, later)
  for (const { name, sql } of known) {
    if (applied.includes(name)) continue
    db.exec(sql)
    keep(db, name)
  }
}

/** Databases from before the changes had a number each kept their names in a table of kysely's. */
function takeOver(db: DatabaseSync, known: readonly Migration[]): void {
  const tables = db.prepare("select 1 from sqlite_master where name = 'kysely_migration'")
  if (!tables.get()) return
  for (const name of namesIn(db, 'kysely_migration')) {
    const found = known.find(({ name: own, before = own }) => before === name)
    if (!found) throw laterThan(known, name)
    keep(db, found.name)
  }
  db.exec('drop table kysely_migration; drop table if exists kysely_migration_lock')
}

function namesIn(db: DatabaseSync, table: 'migrations' | 'kysely_migration'): string[] {
  return db
    .prepare(`select name from ${table} order by name`)
    .all()
    .map(({ name }) => String(name))
}

function keep(db: DatabaseSync, name: string): void {
  db.prepare('insert into migrations (name, at) values (?, ?)').run(name, Date.now())
}

/** What a database that a later bootwright has changed is refused with. */
export function laterThan(known: readonly Pick<Migration, 'name'>[], name: string): LaterError {
  const last = known.at(-1)?.name ?? 'none'
  return new LaterError(
    `a later bootwright has changed it (${name}; this one knows up to ${last}): start that one, or put back a backup from before`,
  )
}
