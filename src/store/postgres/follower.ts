import { constants, type DatabaseSync } from 'node:sqlite'
import type { Client } from 'pg'
import { type BatchPosition, makeAlike } from './alike.ts'
import { type RowChange, readChangeset } from './changeset.ts'
import { claim, type Ownership, ownerIsSilent } from './claim.ts'
import type { Connection } from './connect.ts'
import { type Self, tellAlive, tellGone, type UrlsByNetwork, urlsOfOthers } from './daemons.ts'
import { refuseLater } from './migrate.ts'
import { createTrim } from './recorder.ts'

/** Milliseconds between two claims of who stands by. */
const claimMs = 1000
/** Batches that are read at once. */
const atOnce = 500

export interface FollowerOptions {
  readonly memory: DatabaseSync
  readonly self: Self
  open(): Promise<Connection>
  /** Told which rows of the memory have changed. */
  changed(changes: readonly RowChange[]): void
  /** Milliseconds of a clock that is never set. */
  now(): number
}

/** Keeps the memory of a daemon that stands by as fresh as that of the one that works. */
export interface Follower {
  /**
   * Reads what is new, and now and then asks whether the database is free. Resolves to the claim when it is,
   * with the memory as PostgreSQL is then; rejects when it cannot be asked, and begins anew the next time.
   */
  turn(): Promise<{ readonly held: Ownership } | { readonly owner: string; readonly since: number }>
  /** Where machines reach the other daemons. */
  others(): readonly UrlsByNetwork[]
  close(): void
  /** Is missed by nobody. */
  end(): Promise<void>
}

interface Following extends FollowerOptions {
  readonly trim: (changes: readonly RowChange[]) => void
  connection: Connection | undefined
  position: BatchPosition
  claimAt: number
  others: readonly UrlsByNetwork[]
  owner: { readonly owner: string; readonly since: number }
}

export function createFollower(options: FollowerOptions): Follower {
  const following: Following = {
    ...{ ...options, trim: createTrim(options.memory) },
    ...{ connection: undefined, position: { epoch: 0, number: 0 }, claimAt: 0, others: [] },
    owner: { owner: 'another', since: 0 },
  }
  return {
    async turn() {
      try {
        return await turn(following)
      } catch (error) {
        following.connection?.drop()
        following.connection = undefined
        throw error
      }
    },
    others: () => following.others,
    close: () => following.connection?.drop(),
    async end() {
      const { connection, self } = following
      if (connection) await tellGone(connection.client, self).catch(() => {})
      connection?.drop()
    },
  }
}

async function turn(following: Following): ReturnType<Follower['turn']> {
  const { self, now } = following
  if (!following.connection) {
    following.connection = await following.open()
    // Whatever happened meanwhile.
    await readAgain(following, following.connection.client)
  }
  const { client } = following.connection
  const mayClaim = await readOn(following, client)
  if (!mayClaim && now() < following.claimAt) return following.owner
  following.claimAt = now() + claimMs
  await refuseLater(client)
  await tellAlive(client, self, following.position)
  following.others = await urlsOfOthers(client, self)
  const found = await claim(client, self.daemon)
  if (!('epoch' in found)) {
    following.owner = { owner: found.daemon, since: found.since }
    return following.owner
  }
  // Nothing that is decided from here on hangs on what was followed.
  await readAgain(following, client)
  return { held: found }
}

async function readAgain(following: Following, client: Client): Promise<void> {
  const { position, changes } = await makeAlike(client, following.memory)
  following.position = position
  following.changed(changes)
}

interface Later {
  readonly epoch: number
  readonly number: number | null
  readonly changes: Uint8Array
  readonly isFree: boolean
}

/**
 * An owner writes one batch after the other, so that none comes late; after another owner, or a gap, all is
 * read again. Resolves to whether the database seems to be free.
 */
async function readOn(following: Following, client: Client): Promise<boolean> {
  for (;;) {
    const { position } = following
    const { rows } = await client.query<Later>({
      name: 'read-on',
      text: `select owners.epoch::float8 as epoch, later.number::float8 as number, later.changes,
        ${ownerIsSilent} as "isFree" from owners left join lateral (
          select number, changes from batches
          where batches.epoch = owners.epoch and owners.epoch = $1 and number > $2
          order by number limit ${atOnce}) as later on true
        where network = '*' order by later.number`,
      values: [position.epoch, position.number],
    })
    const { epoch = position.epoch, isFree = true } = rows[0] ?? {}
    if (epoch !== position.epoch || !readBatches(following, rows)) {
      await readAgain(following, client)
      return isFree
    }
    if (rows.length < atOnce) return isFree
  }
}

/** Whether none was missing. */
function readBatches(following: Following, batches: readonly Later[]): boolean {
  for (const { epoch, number, changes } of batches) {
    if (number === null) return true
    const isNext = number === following.position.number + 1
    if (!isNext || !apply(following, changes)) return false
    following.position = { epoch, number }
  }
  return true
}

const { SQLITE_CHANGESET_DATA, SQLITE_CHANGESET_CONFLICT } = constants

/** Whether it could be done. Rows that are in memory there alone are passed over. */
function apply({ memory, trim, changed }: Following, changeset: Uint8Array): boolean {
  const isDone = memory.applyChangeset(changeset, {
    onConflict: kind =>
      kind === SQLITE_CHANGESET_DATA || kind === SQLITE_CHANGESET_CONFLICT
        ? constants.SQLITE_CHANGESET_REPLACE
        : constants.SQLITE_CHANGESET_OMIT,
  })
  if (!isDone) return false
  const changes = [...readChangeset(changeset)]
  changed(changes)
  trim(changes)
  return true
}
