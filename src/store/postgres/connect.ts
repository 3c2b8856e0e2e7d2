import { readFileSync } from 'node:fs'
import type { Client } from 'pg'
import { StoreError } from '../database.ts'
import { LaterError } from '../migrate.ts'

/** Milliseconds until a host that does not answer is given up, and a query. */
const connectMs = 2000
export const queryMs = 5000

/** A connection that is to be thrown away when a query of it fails. */
export interface Connection {
  readonly client: Client
  /** Ends it at once; what is under way fails. */
  drop(): void
}

/** What a connection is for. */
export interface Purpose {
  /** Queries are sent without awaiting the answers of those before. */
  readonly pipeline: boolean
  /** Milliseconds until a query is given up; none for what may take long. */
  readonly patience?: number
}

/**
 * The same URL for each of its hosts, in their order: `postgres://user@a,b:5433/bootwright` names two. The
 * package takes one alone. Throws StoreError for what is no such URL.
 */
export function urlsOf(text: string): readonly string[] {
  const parts = /^(postgres(?:ql)?:\/\/(?:[^@/?#]*@)?)([^/?#]*)(\/[^?#]+.*)$/s.exec(text.trim())
  if (!parts) {
    const like = 'postgres://bootwright:PASSWORD@db1.example,db2.example/bootwright'
    throw new StoreError(`the URL of the database is to be one line like ${like}`)
  }
  const [, before = '', hosts = '', after = ''] = parts
  return hosts.split(',').map(host => `${before}${host}${after}`)
}

/** The same from the file that it is in; one that cannot be read is a StoreError too. */
export function urlsIn(file: string): readonly string[] {
  let text = ''
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new StoreError(`cannot read the URL of the database: ${faultOf(error)}`)
  }
  return urlsOf(text)
}

/**
 * Connects to the first host that answers and takes writes: a standby is passed over. Rejects with what the
 * last of them said.
 */
export async function connect(urls: readonly string[], purpose: Purpose): Promise<Connection> {
  let failure: unknown
  for (const url of urls) {
    try {
      return await connectTo(url, purpose)
    } catch (error) {
      failure = error
    }
  }
  throw failure
}

async function connectTo(
  connectionString: string,
  { pipeline, patience }: Purpose,
): Promise<Connection> {
  // Who has SQLite does not load it.
  const { Client } = (await import('pg')).default
  const client = new Client({
    ...{ connectionString, pipeline, keepAlive: true, application_name: 'bootwright' },
    connectionTimeoutMillis: connectMs,
    ...(patience !== undefined && { query_timeout: patience }),
  })
  // Whoever waits for a query is told; without a listener the process would end.
  client.on('error', () => {})
  const drop = () => void client.end().catch(() => {})
  try {
    await client.connect()
    const { rows } = await client.query<{ standby: boolean }>(
      `select pg_is_in_recovery() or current_setting('transaction_read_only') = 'on' as standby,
       -- Whoever is cut off in a transaction holds up no other daemon.
       set_config('idle_in_transaction_session_timeout', '3s', false),
       set_config('lock_timeout', '3s', false), set_config('timezone', 'UTC', false)`,
    )
    if (rows[0]?.standby) throw new StoreError('it is a standby and takes no writes')
    return { client, drop }
  } catch (error) {
    drop()
    throw error
  }
}

/** What PostgreSQL, or the network before it, says in one line; never the password. */
export function faultOf(error: unknown): string {
  const { errors, code, message } = (error ?? {}) as Partial<AggregateError & { code: string }>
  const [first] = errors ?? []
  if (first !== undefined) return faultOf(first)
  return message || code || String(error)
}

/** Why the database cannot be had, in a sentence. */
export function openError(error: unknown): StoreError {
  if (error instanceof StoreError) return error
  if (error instanceof LaterError) return new StoreError(`cannot open PostgreSQL: ${error.message}`)
  return new StoreError(`cannot open the database in PostgreSQL: ${faultOf(error)}`)
}
