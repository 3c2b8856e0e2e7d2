import type { HostRow } from '../../api/hosts.ts'
import { countStates, stateOf } from '../parts/states.ts'

export type Rack = { name: string; hosts: HostRow[]; states: { state: string; count: number }[] }

export type RackItem =
  | { kind: 'head'; rack: Rack }
  | { kind: 'units'; rack: Rack; hosts: HostRow[] }

/** Hosts by what they have in common (tag, profile or state), in the order in which they come. */
export function racksOf(hosts: readonly HostRow[], group: string): Rack[] {
  const racks = Map.groupBy(hosts, host => rackOf(host, group))
  const names = new Intl.Collator('en', { numeric: true })
  return [...racks]
    .map(([name, hosts]) => ({ name, hosts, states: countStates(hosts) }))
    .sort((a, b) => names.compare(a.name, b.name))
}

/** A tag that begins with "rack" says where a host stands; without one its first tag does. */
function rackOf(host: HostRow, group: string) {
  if (group === 'state') return stateOf(host)
  if (group === 'profile') return host.profile ?? 'no profile'
  return host.tags.find(tag => /^rack/i.test(tag)) ?? host.tags[0] ?? 'no tag'
}

/** The same as rows that fit side by side. */
export function rowsOf(racks: readonly Rack[], columns: number): RackItem[] {
  return racks.flatMap(rack => {
    const rows: RackItem[] = [{ kind: 'head', rack }]
    for (let n = 0; n < rack.hosts.length; n += columns) {
      rows.push({ kind: 'units', rack, hosts: rack.hosts.slice(n, n + columns) })
    }
    return rows
  })
}
