import { setTimeout as delay } from 'node:timers/promises'
import type { Client, Query } from 'pg'
import { StoreError } from '../database.ts'
import type { Connection } from './connect.ts'
import { faultOf } from './connect.ts'
import type { Recorder } from './recorder.ts'

/** Milliseconds for which whoever waits is left waiting before the database counts as away. */
const patience = 2000
/** Milliseconds between two tries. */
const pause = 250

export interface OutletOptions {
  readonly recorder: Recorder
  readonly epoch: number
  open(): Promise<Connection>
  /** Nothing more can be written, ever: what is in memory is not what is in the database. */
  end(error: StoreError): void
  /** The database was away and has everything now. */
  back(): void
}

interface Outlet extends OutletOptions {
  connection: Connection | undefined
  /** Was sent, and nobody said what became of it. It may be sent again. */
  unsure: Query[] | undefined
  /** Why it is away, if it is. */
  away: string | undefined
  closed: boolean
}

/** What takes the changes of memory to PostgreSQL, in their order, each batch whole or not at all. */
export function createOutlet(options: OutletOptions) {
  const outlet: Outlet = {
    ...options,
    ...{ connection: undefined, unsure: undefined, away: undefined, closed: false },
  }
  return {
    /**
     * Resolves when all that was recorded is in the database. Rejects while it is away: what was recorded is
     * kept, and goes there when it is back.
     */
    sync: () => sync(outlet),
    away: () => (outlet.away === undefined ? undefined : awaySentence(outlet.away)),
    close(): void {
      outlet.closed = true
      outlet.connection?.drop()
    },
  }
}

async function sync(outlet: Outlet): Promise<void> {
  if (outlet.away !== undefined) throw awayError(outlet.away)
  const begun = performance.now()
  for (;;) {
    const failure = await flush(outlet)
    if (failure === undefined) return
    if (outlet.closed || performance.now() - begun > patience) {
      outlet.away = faultOf(failure)
      if (!outlet.closed) void comeBack(outlet)
      throw awayError(outlet.away)
    }
    await delay(pause)
  }
}

/** Sends what there is; tells why that failed. */
async function flush(outlet: Outlet): Promise<unknown> {
  outlet.unsure ??= outlet.recorder.cut()
  if (!outlet.unsure) return undefined
  try {
    outlet.connection ??= await outlet.open()
    await send(outlet.connection.client, outlet.epoch, outlet.unsure)
    outlet.unsure = undefined
    return undefined
  } catch (error) {
    outlet.connection?.drop()
    outlet.connection = undefined
    const final = finalError(error)
    if (final) {
      outlet.closed = true
      outlet.end(final)
    }
    return error ?? new Error('unknown')
  }
}

async function comeBack(outlet: Outlet): Promise<void> {
  while (!outlet.closed) {
    await delay(pause)
    // Until nothing is left: what is written while the database is away is told of as not kept.
    const failure = await flush(outlet)
    if (failure !== undefined) outlet.away = faultOf(failure)
    else {
      outlet.unsure = outlet.recorder.cut()
      if (outlet.unsure) continue
      outlet.away = undefined
      outlet.back()
      return
    }
  }
}

/** One transaction, sent at once. Rejects when any of it failed, and then PostgreSQL keeps nothing of it. */
async function send(client: Client, epoch: number, statements: readonly Query[]): Promise<void> {
  const hold = { name: 'hold-epoch', text: 'select hold_epoch($1)', values: [epoch] }
  const sent = ['begin', hold, ...statements, 'commit'].map(one => client.query(one))
  const ends = await Promise.allSettled(sent)
  const failed = ends.find(end => end.status === 'rejected')
  if (failed) throw failed.reason
  const last = ends.at(-1)
  if (last?.status === 'fulfilled' && last.value.command !== 'COMMIT') {
    throw new Error('the transaction was rolled back')
  }
}

/** Classes of SQLSTATE that come again however often it is tried: data, constraints, names, rights. */
const forever = /^(22|23|42)/

function finalError(error: unknown): StoreError | undefined {
  const { code } = (error ?? {}) as { code?: string }
  if (code === 'BW001') return new StoreError(lostSentence)
  if (code === undefined || !forever.test(code)) return undefined
  return new StoreError(`PostgreSQL refuses what is to be kept (${code}): ${faultOf(error)}`)
}

export const lostSentence =
  'another daemon has taken over the database: this one was silent for too long, and ends'

/** Whoever asked may ask again later: HTTP says so. */
class AwayError extends StoreError {
  readonly statusCode = 503
}

function awayError(why: string): StoreError {
  return new AwayError(awaySentence(why))
}

function awaySentence(why: string): string {
  return `the database is away, so new leases and installs wait: ${why}`
}
