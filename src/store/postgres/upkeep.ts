import type { Questions } from './history.ts'

/** What is kept of the timelines. */
export interface Kept {
  /** Lines that were last seen before; epoch milliseconds. */
  readonly before: number
  /** Lines of each host. */
  readonly perHost: number
}

/** Forgets in PostgreSQL what nobody decides by and is not in memory. */
export interface Upkeep {
  dropOld(kept: Kept): Promise<void>
}

/** Installs of each host that are kept. */
const keptInstalls = 100

/**
 * Of a host that has too many lines the oldest go of the kind that has most, so that no flood of one kind
 * pushes out the lines of another: the n-th newest lines of all kinds stay or go together.
 */
const surplus = `delete from events where id in (
  select id from (
    select id, kind, age, row_number() over (partition by host order by age, id desc) as rank
    from (
      select id, host, kind, row_number() over (partition by host, kind order by id desc) as age
      from events where host in (select host from events group by host having count(*) > $1)
        or host is null
    ) as aged
  ) as ranked where rank > $1 or (kind = 'syslog' and age > $1 / 2))`

export function createUpkeep({ ask }: Questions): Upkeep {
  return {
    async dropOld({ before, perHost }) {
      await ask('delete from events where last_at < to_timestamp($1 / 1000.0)', [before])
      await ask(surplus, [perHost])
      await ask(`delete from attempts where void and opened_at < now() - interval '8 days'`, [])
      await ask(
        `delete from installs where id in (
          select id from (select id, ended_at, row_number() over (partition by host order by id desc)
            as age from installs) as aged where age > $1 and ended_at is not null)`,
        [keptInstalls],
      )
    },
  }
}
