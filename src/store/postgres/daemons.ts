import type { Client } from 'pg'
import type { DaemonRecord } from '../../boot/daemon-record.ts'
import type { BatchPosition } from './alike.ts'
import { ownerSilence } from './claim.ts'
import type { Questions } from './history.ts'

/** What a daemon tells of itself. */
export interface Self {
  /** Its name, as people know it; no other has it. */
  readonly daemon: string
  readonly version: string
  /** Where machines reach it now. */
  urls(): UrlsByNetwork
}

/** URLs without a path, in both families, by the name of a network. */
export type UrlsByNetwork = Readonly<Record<string, readonly string[]>>

/** One that was silent for so long is told of no more. */
const kept = '7 days'

/** Says that this daemon is there, and how far it has read; the clock is the database's. */
export async function tellAlive(
  client: Client,
  { daemon, version, urls }: Self,
  { epoch, number }: BatchPosition,
): Promise<void> {
  await client.query(
    `insert into daemons (name, version, started, heard, epoch, number, urls)
     values ($1, $2, clock_timestamp() - $3 * interval '1 s', clock_timestamp(), $4, $5, $6)
     on conflict (name) do update set version = excluded.version, started = excluded.started,
       heard = excluded.heard, epoch = excluded.epoch, number = excluded.number,
       urls = excluded.urls`,
    [daemon, version, process.uptime(), epoch, number, JSON.stringify(urls())],
  )
}

/** Where machines reach the others: those that are alive come first, who was silent for an hour not at all. */
export async function urlsOfOthers(
  client: Client,
  { daemon }: Pick<Self, 'daemon'>,
): Promise<UrlsByNetwork[]> {
  const { rows } = await client.query<{ urls: UrlsByNetwork }>(
    `select urls from daemons
     where name <> $1 and heard > clock_timestamp() - interval '1 h'
     order by heard < clock_timestamp() - interval '${ownerSilence} s', name`,
    [daemon],
  )
  return rows.map(({ urls }) =>
    Object.fromEntries(Object.entries(urls).map(([name, all]) => [name, all.filter(isUrl)])),
  )
}

/** They go into scripts, so that nothing else may be in them. */
function isUrl(text: string): boolean {
  return /^https?:\/\/[\w.:[\]-]+$/.test(text)
}

/** It ends, and is missed by nobody. */
export async function tellGone(client: Client, { daemon }: Pick<Self, 'daemon'>): Promise<void> {
  await client.query('delete from daemons where name = $1', [daemon])
}

/** Drops what those that stand by have read long ago, and who was not heard for long. */
export async function dropRead(client: Client): Promise<void> {
  // The last one stays: it tells how far the numbers are.
  await client.query(
    `delete from batches where at < clock_timestamp() - interval '20 s'
     and (epoch, number) < (select epoch, number from batches order by epoch desc, number desc limit 1)`,
  )
  await client.query(`delete from daemons where heard < clock_timestamp() - interval '${kept}'`)
  await client.query(`delete from requests where at < clock_timestamp() - interval '10 min'`)
}

const ms = (column: string) => `round(extract(epoch from ${column}) * 1000)::float8`

/** All of them, and who has the database. */
export function listDaemons({ ask }: Pick<Questions, 'ask'>): Promise<DaemonRecord[]> {
  return ask<DaemonRecord>(
    `select name, version, ${ms('started')} as "startedAt", ${ms('heard')} as "heardAt",
       heard < clock_timestamp() - interval '${ownerSilence} s' as "isSilent",
       coalesce(owners.daemon = name and owners.renewed > clock_timestamp() - interval '${ownerSilence} s',
         false) as owns,
       ${ms('owners.since')} as since,
       (select count(*) from batches where batches.epoch = owners.epoch
         and (batches.epoch <> daemons.epoch or batches.number > daemons.number))::float8 as behind
     from daemons left join owners on owners.network = '*' order by name`,
    [],
  )
}
