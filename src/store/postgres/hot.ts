import { columnOf, type Table } from './tables.ts'

/** Lines of each host's timeline that are in memory: those that a new one may repeat, and what it booted. */
export const linesInMemory = 16

const live = `(select token from attempts where not void or prepared)`
const current = `(select install from hosts where install is not null
  union select install from attempts where not void and install is not null
  union select install from deliveries where state in ('due', 'running')
  union select id from installs where ended_at is null)`

/** Which rows something is decided by, where not all of them, and in which order they are read. */
export const hot: Readonly<Record<string, string>> = {
  installs: `where id in ${current}`,
  install_templates: `where install in ${current} order by name`,
  attempts: `where token in ${live}`,
  attempt_files: `where token in ${live} order by name`,
  leases: 'order by "end"',
  leases6: 'order by "end"',
  sessions: 'order by opened_at',
  events: `where id in (
    select line.id from hosts cross join lateral
      ((select id from events where host = hosts.name order by id desc limit ${linesInMemory})
       union all
       (select id from events where host = hosts.name and kind = 'dhcp' order by id desc limit 4)
      ) as line
    union (select id from events where host is null order by id desc limit ${linesInMemory})
    union (select id from events order by id desc limit 1)) order by id`,
}

/** The columns of a table, each as memory has it. */
export function readOf({ columns }: Table): string {
  return Object.entries(columns)
    .map(([name, kind]) => `${columnOf(kind).read(`"${name}"`)} as "${name}"`)
    .join(', ')
}
