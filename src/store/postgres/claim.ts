import type { Client } from 'pg'

/** Seconds after which an owner that has not renewed is one no more. */
export const ownerSilence = 5

/** Of a row of `owners`: nobody has the database, or who had it is silent. */
export const ownerIsSilent = `owners.renewed < clock_timestamp() - interval '${ownerSilence} s'`

/** The right to write, by a row that tells who has it. Times are those of the database's clock. */
export interface Ownership {
  /** Every batch carries it, and fails when it is another's turn. */
  readonly epoch: number
}

export interface Owner {
  readonly daemon: string
  /** Epoch milliseconds. */
  readonly since: number
}

/** Takes the database when nobody has it, or who had it is silent; else tells who has it. */
export async function claim(client: Client, daemon: string): Promise<Ownership | Owner> {
  const { rows } = await client.query<Ownership>(
    `insert into owners (network, daemon, epoch, since, renewed)
     values ('*', $1, 1, clock_timestamp(), clock_timestamp())
     on conflict (network) do update set daemon = excluded.daemon, epoch = owners.epoch + 1,
       since = excluded.since, renewed = excluded.renewed
     where ${ownerIsSilent}
     returning epoch::float8 as epoch`,
    [daemon],
  )
  const [mine] = rows
  if (mine) return mine
  const owners = await client.query<Owner>(
    `select daemon, (extract(epoch from since) * 1000)::float8 as since from owners
     where network = '*'`,
  )
  return owners.rows[0] ?? { daemon: 'another', since: Date.now() }
}

/** Says that this daemon is alive. False when the database is another's meanwhile. */
export async function renew(client: Client, { epoch }: Ownership): Promise<boolean> {
  const { rows } = await client.query(
    `update owners set renewed = clock_timestamp() where network = '*' and epoch = $1 returning 1`,
    [epoch],
  )
  return rows.length > 0
}

/** Leaves it to whoever comes first, without their waiting. */
export async function release(client: Client, { epoch }: Ownership): Promise<void> {
  await client.query(`update owners set renewed = '-infinity' where network = '*' and epoch = $1`, [
    epoch,
  ])
}
