import { type Kysely, type Migration, sql } from 'kysely'

/** Every change of the schema, oldest first; a landed one is never edited. */
export const migrations: Record<string, Migration> = {
  '001-first': { up: createTables },
  // Leases are looked up in memory: the index only cost a page with every lease.
  '002-leases-in-memory': { up: db => db.schema.dropIndex('leases_mac').execute() },
  '002-nic-vendors': { up: createNicVendors },
  '002-ssh': { up: addProof },
  '002-burnt-files': { up: rememberBurntFiles },
  '003-admin-log': { up: createAdminLog },
  '004-event-codes': { up: addEventCodes },
  '005-host-uuid': { up: addUuid },
  '006-sessions': { up: createSessions },
  '007-progress-at': { up: addProgressAt },
  '008-prepared-attempts': { up: addPrepared },
}

/** Lines from before have their text alone; those with a code have none, it is made from their data. */
async function addEventCodes(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('events').addColumn('code', 'text').execute()
}

/** When an installer last said how far it is; unknown of installs that run while this is added. */
async function addProgressAt(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('hosts').addColumn('progress_at', 'integer').execute()
}

/** An attempt that was sent and does not count yet; those from before all count. */
async function addPrepared(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('attempts')
    .addColumn('prepared', 'integer', c => c.notNull().defaultTo(0))
    .execute()
}

async function createSessions(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('sessions')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('token', 'text', c => c.notNull())
    .addColumn('proof', 'text', c => c.notNull())
    .addColumn('ends_at', 'integer', c => c.notNull())
    .addColumn('opened_at', 'integer', c => c.notNull())
    .execute()
}

/** What an attempt's installer proved over SSH. */
async function addProof(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('attempts').addColumn('proof', 'text').execute()
}

/** Names of the answer files of an attempt that were downloaded and burn by that, a JSON list. */
async function rememberBurntFiles(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('attempts')
    .addColumn('burnt', 'text', c => c.notNull().defaultTo('[]'))
    .execute()
}

/** The first UUID that was heard of a host. */
async function addUuid(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('hosts').addColumn('uuid', 'text').execute()
}

async function createTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('hosts')
    .addColumn('name', 'text', c => c.primaryKey())
    .addColumn('state', 'text', c => c.notNull())
    .addColumn('life', 'text', c => c.notNull())
    .addColumn('install', 'text')
    .addColumn('deadline', 'integer')
    .addColumn('percent', 'integer')
    .addColumn('message', 'text')
    .addColumn('facts', 'text')
    .addColumn('last_seen', 'integer')
    .execute()
  await db.schema.createIndex('hosts_deadline').on('hosts').column('deadline').execute()

  await db.schema
    .createTable('macs')
    .addColumn('mac', 'text', c => c.primaryKey())
    .execute()

  await db.schema
    .createTable('installs')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('host', 'text', c => c.notNull())
    .addColumn('profile', 'text', c => c.notNull())
    .addColumn('spec', 'text', c => c.notNull())
    .addColumn('asked_at', 'integer', c => c.notNull())
    .addColumn('ended_at', 'integer')
    .addColumn('outcome', 'text')
    .addColumn('reason', 'text')
    .execute()
  await db.schema.createIndex('installs_host').on('installs').column('host').execute()

  await db.schema
    .createTable('attempts')
    .addColumn('token', 'text', c => c.primaryKey())
    .addColumn('install', 'text')
    .addColumn('host', 'text', c => c.notNull())
    .addColumn('number', 'integer', c => c.notNull())
    .addColumn('mac', 'text', c => c.notNull())
    .addColumn('address', 'integer', c => c.notNull())
    .addColumn('opened_at', 'integer', c => c.notNull())
    .addColumn('void', 'integer', c => c.notNull())
    .addColumn('content', 'text', c => c.notNull())
    .execute()
  await db.schema.createIndex('attempts_host').on('attempts').columns(['host', 'number']).execute()

  await db.schema
    .createTable('leases')
    .addColumn('address', 'integer', c => c.primaryKey())
    .addColumn('network', 'text', c => c.notNull())
    .addColumn('mac', 'text', c => c.notNull())
    .addColumn('client_id', 'text')
    .addColumn('hostname', 'text')
    .addColumn('start', 'integer', c => c.notNull())
    .addColumn('end', 'integer', c => c.notNull())
    .addColumn('state', 'text', c => c.notNull())
    .execute()
  await db.schema.createIndex('leases_mac').on('leases').columns(['mac', 'network']).execute()

  await db.schema
    .createTable('events')
    .addColumn('id', 'integer', c => c.primaryKey().autoIncrement())
    .addColumn('at', 'integer', c => c.notNull())
    .addColumn('last_at', 'integer', c => c.notNull())
    .addColumn('count', 'integer', c => c.notNull())
    .addColumn('host', 'text')
    .addColumn('kind', 'text', c => c.notNull())
    .addColumn('text', 'text', c => c.notNull())
    .addColumn('data', 'text')
    .execute()
  await db.schema.createIndex('events_host').on('events').columns(['host', 'id']).execute()
  await db.schema.createIndex('events_at').on('events').column('last_at').execute()

  await db.schema
    .createTable('deliveries')
    .addColumn('id', 'integer', c => c.primaryKey().autoIncrement())
    .addColumn('key', 'text', c => c.notNull().unique())
    .addColumn('host', 'text', c => c.notNull())
    .addColumn('install', 'text', c => c.notNull())
    .addColumn('attempt', 'integer', c => c.notNull())
    .addColumn('callback', 'text', c => c.notNull())
    .addColumn('event', 'text', c => c.notNull())
    .addColumn('role', 'text', c => c.notNull())
    .addColumn('target', 'text', c => c.notNull())
    .addColumn('body', 'text', c => c.notNull())
    .addColumn('state', 'text', c => c.notNull())
    .addColumn('tries', 'integer', c => c.notNull())
    .addColumn('created_at', 'integer', c => c.notNull())
    .addColumn('next_at', 'integer', c => c.notNull())
    .addColumn('error', 'text')
    .addColumn('pgid', 'integer')
    .addColumn('process_start', 'integer')
    .execute()
  await sql`create index deliveries_due on deliveries (next_at) where state in ('due', 'running')`.execute(
    db,
  )
  await db.schema.createIndex('deliveries_host').on('deliveries').column('host').execute()
}

async function createNicVendors(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('nic_vendors')
    .addColumn('vendor', 'text', c => c.primaryKey())
    .addColumn('loader', 'text', c => c.notNull())
    .addColumn('at', 'integer', c => c.notNull())
    .execute()
}

async function createAdminLog(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('admin_log')
    .addColumn('id', 'integer', c => c.primaryKey().autoIncrement())
    .addColumn('at', 'integer', c => c.notNull())
    .addColumn('who', 'text', c => c.notNull())
    .addColumn('address', 'text', c => c.notNull())
    .addColumn('action', 'text', c => c.notNull())
    .addColumn('text', 'text', c => c.notNull())
    .addColumn('hosts', 'text', c => c.notNull())
    .addColumn('key', 'text')
    .addColumn('request', 'text')
    .addColumn('answer', 'text')
    .execute()
  await db.schema.createIndex('admin_log_key').on('admin_log').columns(['who', 'key']).execute()
}
