import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { type Database, StoreError } from '../database.ts'
import type { History } from '../history.ts'
import { LaterError, migrate } from '../migrate.ts'
import { createTransactions } from '../transactions.ts'
import { claim, type Ownership, release, renew } from './claim.ts'
import { type Connection, connect, faultOf, queryMs, urlsOf } from './connect.ts'
import { createQuestions, historyThere } from './history.ts'
import { load } from './load.ts'
import { migratePostgres } from './migrate.ts'
import { createOutlet, lostSentence } from './outlet.ts'
import { createRecorder } from './recorder.ts'
import { createUpkeep, type Upkeep } from './upkeep.ts'

export interface PostgresOptions {
  /** Absolute path of the file with the URL. */
  readonly urlFile: string
  /** Name of this daemon, as people know it. */
  readonly daemon: string
  /** Told once where another daemon has the database, and this one stands by. */
  waits(sentence: string): void
  /** Nothing can be kept any more, and what is in memory does not hold: the daemon is to end. */
  lost(error: StoreError): void
}

/** Milliseconds between two renewals, and between two looks of who stands by. */
const renewMs = 1000
/** Lines of timelines that are in memory while the database is away: some 15 MB. */
const mostLines = 30_000
/** A commit that takes longer than so many milliseconds is tried anew on another connection. */
const writeMs = 3000

/**
 * Opens the database in PostgreSQL: what decisions read is in memory, and every batch of changes goes
 * there. Waits while another daemon has it. Rejects with StoreError where it cannot be had.
 */
export async function openPostgres(options: PostgresOptions) {
  const urls = () => urlsOf(urlIn(options.urlFile))
  const first = await connect(urls(), { pipeline: false }).catch(error => {
    throw storeError(error)
  })
  try {
    await migratePostgres(first.client)
    const held = await claimed(first, options)
    const memory = await memoryOf(first)
    return opened(memory, held, urls, options)
  } catch (error) {
    throw storeError(error)
  } finally {
    first.drop()
  }
}

function opened(
  memory: DatabaseSync,
  held: Ownership,
  urls: () => readonly string[],
  options: PostgresOptions,
): { readonly db: Database; readonly history: History; readonly upkeep: Upkeep } {
  const open = (pipeline: boolean, patience: number) => () =>
    connect(urls(), { pipeline, patience })
  const outlet = createOutlet({
    recorder: createRecorder(memory),
    ...{ epoch: held.epoch, open: open(true, writeMs), end: options.lost },
    // The groups before it have failed: from here on the last one is good again.
    back: () => turns.begin(),
  })
  const { flush: _, ...turns } = createTransactions(memory, { sync: outlet.sync }, error => error)
  const learn = turns.statement("insert or ignore into learnt (name) values ('settled')")
  const lines = turns.statement<{ count: number }>('select count(*) as count from events')
  const isNew = turns.statement('select 1 from learnt').get() === undefined
  const endRenewing = keepClaim(held, open(false, renewMs * 2), options.lost)
  const asking = createQuestions(open(false, queryMs))
  const { begin: _begin, ...rest } = turns
  const db: Database = {
    ...rest,
    isNew,
    settle: () => turns.run(learn),
    isBusy: () => turns.isBusy() || outlet.away() !== undefined,
    away: outlet.away,
    isCrowded: () => outlet.away() !== undefined && (lines.get()?.count ?? 0) > mostLines,
    async close() {
      await turns.committed().catch(() => {})
      asking.close()
      await endRenewing()
      outlet.close()
    },
  }
  return { db, history: historyThere(asking, turns.committed), upkeep: createUpkeep(asking) }
}

function urlIn(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new StoreError(`cannot read the URL of the database: ${faultOf(error)}`)
  }
}

/** Waits until the database is this daemon's. */
async function claimed(
  { client }: Connection,
  { daemon, waits }: PostgresOptions,
): Promise<Ownership> {
  let told = false
  for (;;) {
    const found = await claim(client, daemon)
    if ('epoch' in found) return found
    if (!told) {
      const since = new Date(found.since).toISOString()
      waits(`standing by: ${found.daemon} has the database since ${since}`)
    }
    told = true
    await delay(renewMs)
  }
}

async function memoryOf({ client }: Connection): Promise<DatabaseSync> {
  const memory = new DatabaseSync(':memory:')
  migrate(memory)
  memory.exec('create table learnt (name text primary key)')
  await load(client, memory)
  return memory
}

/** Renews again and again; the returned function ends that, and leaves the database to others. */
function keepClaim(
  held: Ownership,
  open: () => Promise<Connection>,
  lost: PostgresOptions['lost'],
): () => Promise<void> {
  let connection: Connection | undefined
  let ended = false
  const turn = async () => {
    try {
      connection ??= await open()
      if (!(await renew(connection.client, held)) && !ended) lost(new StoreError(lostSentence))
    } catch {
      // The outlet tells that it is away.
      connection?.drop()
      connection = undefined
    }
  }
  const loop = async () => {
    while (!ended) {
      await delay(renewMs, undefined, { ref: false })
      if (!ended) await turn()
    }
  }
  void loop()
  return async () => {
    ended = true
    const last = connection ?? (await open().catch(() => undefined))
    if (!last) return
    await release(last.client, held).catch(() => {})
    last.drop()
  }
}

function storeError(error: unknown): StoreError {
  if (error instanceof StoreError) return error
  if (error instanceof LaterError) return new StoreError(`cannot open PostgreSQL: ${error.message}`)
  return new StoreError(`cannot open the database in PostgreSQL: ${faultOf(error)}`)
}
