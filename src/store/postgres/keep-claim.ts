import type { Clock } from '../../base/clock.ts'
import { StoreError } from '../database.ts'
import { type Ownership, release, renew } from './claim.ts'
import type { Connection } from './connect.ts'
import {
  dropRead,
  type Self,
  tellAlive,
  tellGone,
  type UrlsByNetwork,
  urlsOfOthers,
} from './daemons.ts'
import { lostSentence } from './outlet.ts'

/** Milliseconds between two renewals. */
export const renewMs = 1000
/** Who could not renew for so many milliseconds promises nothing more: another may come after five seconds. */
const doubtMs = 4000
/** Turns after which is dropped what was read. */
const dropEvery = 5

export interface ClaimOptions {
  readonly held: Ownership
  readonly self: Self
  open(): Promise<Connection>
  /** How many batches were written. */
  count(): number
  /** Where machines reach the other daemons, as far as that is known. */
  readonly others: readonly UrlsByNetwork[]
  /** The database is another's meanwhile. */
  lost(error: StoreError): void
  readonly clock: Pick<Clock, 'steady' | 'sleepIdle'>
}

/** Renews a claim again and again. */
export function keepClaim({ held, self, open, count, lost, clock, ...known }: ClaimOptions) {
  let connection: Connection | undefined
  let { others } = known
  let ended = false
  let renewed = clock.steady()
  let turns = 0
  let last = Promise.resolve()
  const turn = async () => {
    try {
      connection ??= await open()
      const { client } = connection
      const begun = clock.steady()
      if (await renew(client, held)) renewed = begun
      else if (!ended) lost(new StoreError(lostSentence))
      await tellAlive(client, self, { epoch: held.epoch, number: count() })
      others = await urlsOfOthers(client, self)
      turns += 1
      if (turns % dropEvery === 0) await dropRead(client)
    } catch {
      // The outlet tells that it is away.
      connection?.drop()
      connection = undefined
    }
  }
  const loop = async () => {
    while (!ended) {
      last = turn()
      await last
      await clock.sleepIdle(renewMs)
    }
  }
  void loop()
  return {
    /** Where machines reach the other daemons. */
    others: () => others,
    /** Whether it was not renewed for so long that another daemon may have come. */
    isInDoubt: () => clock.steady() - renewed > doubtMs,
    /** Ends that, and leaves the database to others. */
    async end(): Promise<void> {
      ended = true
      // It would renew what is given back.
      await last
      connection ??= await open().catch(() => undefined)
      if (!connection) return
      const { client, drop } = connection
      await release(client, held).catch(() => {})
      await tellGone(client, self).catch(() => {})
      drop()
    },
  }
}
