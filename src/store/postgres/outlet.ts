import type { Client } from 'pg'
import type { Clock } from '../../base/clock.ts'
import { StoreError } from '../database.ts'
import type { Connection } from './connect.ts'
import { faultOf } from './connect.ts'
import type { Batch, Recorder } from './recorder.ts'

/** Milliseconds for which whoever waits is left waiting before the database counts as away. */
const patience = 2000
/** Milliseconds between two tries. */
const pause = 250

export interface OutletOptions {
  readonly recorder: Recorder
  readonly epoch: number
  readonly clock: Pick<Clock, 'steady' | 'sleep'>
  open(): Promise<Connection>
  /** Nothing more can be written, ever: what is in memory is not what is in the database. */
  end(error: StoreError): void
  /** The database was away and has everything now. */
  back(): void
}

interface Outlet extends OutletOptions {
  connection: Connection | undefined
  /** Was sent, and nobody said what became of it. It may be sent again. */
  unsure: Batch | undefined
  /** How many batches there were, with that one. */
  count: number
  /** Why it is away, if it is. */
  away: string | undefined
  closed: boolean
}

/** What takes the changes of memory to PostgreSQL, in their order, each batch whole or not at all. */
export function createOutlet(options: OutletOptions) {
  const outlet: Outlet = {
    ...options,
    ...{ connection: undefined, unsure: undefined, count: 0, away: undefined, closed: false },
  }
  return {
    /**
     * Resolves when all that was recorded is in the database. Rejects while it is away: what was recorded is
     * kept, and goes there when it is back.
     */
    sync: () => sync(outlet),
    away: () => (outlet.away === undefined ? undefined : awaySentence(outlet.away)),
    /** How many batches were made so far. */
    count: () => outlet.count,
    close(): void {
      outlet.closed = true
      outlet.connection?.drop()
    },
  }
}

async function sync(outlet: Outlet): Promise<void> {
  if (outlet.away !== undefined) throw awayError(outlet.away)
  const { clock } = outlet
  const begun = clock.steady()
  for (;;) {
    const failure = await flush(outlet)
    if (failure === undefined) return
    if (outlet.closed || clock.steady() - begun > patience) {
      outlet.away = faultOf(failure)
      if (!outlet.closed) void comeBack(outlet)
      throw awayError(outlet.away)
    }
    await clock.sleep(pause)
  }
}

/** Sends what there is; tells why that failed. */
async function flush(outlet: Outlet): Promise<unknown> {
  if (!cut(outlet)) return undefined
  try {
    outlet.connection ??= await outlet.open()
    await send(outlet.connection.client, outlet)
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
    await outlet.clock.sleep(pause)
    // Until nothing is left: what is written while the database is away is told of as not kept.
    const failure = await flush(outlet)
    if (failure !== undefined) outlet.away = faultOf(failure)
    else {
      if (cut(outlet)) continue
      outlet.away = undefined
      outlet.back()
      return
    }
  }
}

/** Whether there is something to send. */
function cut(outlet: Outlet): boolean {
  if (outlet.unsure) return true
  outlet.unsure = outlet.recorder.cut()
  if (outlet.unsure) outlet.count += 1
  return outlet.unsure !== undefined
}

/** One transaction, sent at once. Rejects when any of it failed, and then PostgreSQL keeps nothing of it. */
async function send(client: Client, { epoch, count, unsure }: Outlet): Promise<void> {
  const { statements = [], changes = new Uint8Array() } = unsure ?? {}
  const values = [epoch, count, Buffer.from(changes.buffer, changes.byteOffset, changes.length)]
  const keep = { name: 'keep-batch', text: 'select keep_batch($1, $2, $3)', values }
  const sent = ['begin', keep, ...statements, 'commit'].map(one => client.query(one))
  const ends = await Promise.allSettled(sent)
  const failed = ends.find(end => end.status === 'rejected')
  // It had come through when it was sent before, and nobody said so.
  if (codeOf(failed?.reason) === 'BW002') return
  if (failed) throw failed.reason
  const last = ends.at(-1)
  if (last?.status === 'fulfilled' && last.value.command !== 'COMMIT') {
    throw new Error('the transaction was rolled back')
  }
}

/** Its SQLSTATE, where it has one. */
function codeOf(error: unknown): string | undefined {
  return ((error ?? {}) as { code?: string }).code
}

/** Classes of SQLSTATE that come again however often it is tried: data, constraints, names, rights. */
const forever = /^(22|23|42)/

function finalError(error: unknown): StoreError | undefined {
  const code = codeOf(error)
  if (code === 'BW001') return new StoreError(lostSentence)
  if (code === undefined || !forever.test(code)) return undefined
  return new StoreError(`PostgreSQL refuses what is to be kept (${code}): ${faultOf(error)}`)
}

export const lostSentence =
  'another daemon has taken over the database: this one was silent for too long, and ends'

/** Whoever asked may ask again later: HTTP says so. */
export class AwayError extends StoreError {
  readonly statusCode = 503
}

function awayError(why: string): StoreError {
  return new AwayError(awaySentence(why))
}

/** What whoever waits for it is told. */
export function awaySentence(why: string): string {
  return `the database is away, so new leases and installs wait: ${why}`
}
