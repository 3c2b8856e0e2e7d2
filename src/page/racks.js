/** @import { HostRow } from '../api/hosts.ts' */
import { countStates, stateOf } from './states.js'

/** @typedef {{ name: string, hosts: HostRow[], states: { state: string, count: number }[] }} Rack */
/** @typedef {{ kind: 'head', rack: Rack } | { kind: 'units', rack: Rack, hosts: HostRow[] }} RackRow */

/**
 * Hosts by what they have in common, in the order in which they come.
 * @param {readonly HostRow[]} hosts
 * @param {string} group tag, profile or state
 * @returns {Rack[]}
 */
export function racksOf(hosts, group) {
  const racks = Map.groupBy(hosts, host => rackOf(host, group))
  const names = new Intl.Collator('en', { numeric: true })
  return [...racks]
    .map(([name, hosts]) => ({ name, hosts, states: countStates(hosts) }))
    .sort((a, b) => names.compare(a.name, b.name))
}

/**
 * A tag that begins with "rack" says where a host stands; without one its first tag does.
 * @param {HostRow} host
 * @param {string} group
 */
function rackOf(host, group) {
  if (group === 'state') return stateOf(host)
  if (group === 'profile') return host.profile ?? 'no profile'
  return host.tags.find(tag => /^rack/i.test(tag)) ?? host.tags[0] ?? 'no tag'
}

/**
 * The same as rows that fit side by side.
 * @param {readonly Rack[]} racks
 * @param {number} columns
 * @returns {RackRow[]}
 */
export function rowsOf(racks, columns) {
  return racks.flatMap(rack => {
    /** @type {RackRow[]} */
    const rows = [{ kind: 'head', rack }]
    for (let n = 0; n < rack.hosts.length; n += columns) {
      rows.push({ kind: 'units', rack, hosts: rack.hosts.slice(n, n + columns) })
    }
    return rows
  })
}
