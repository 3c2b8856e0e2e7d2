/** @import { HostRow } from '../api/hosts.ts' */

/** States as the page shows them, in the order of a life; `netboots` is idle with `boot: always`. */
export const states = [
  'failed',
  'pending',
  'booting',
  'installing',
  'verifying',
  'installed',
  'netboots',
  'idle',
]

/** An install is asked for and has not ended. */
const underWay = ['pending', 'booting', 'installing', 'verifying']

/** @param {HostRow} host */
export function stateOf(host) {
  return host.netboots && host.state === 'idle' ? 'netboots' : host.state
}

/** @param {HostRow} host */
export function isUnderWay(host) {
  return underWay.includes(host.state)
}

/**
 * How many hosts are in each state, those with none left out.
 * @param {readonly HostRow[]} hosts
 * @returns {{ state: string, count: number }[]}
 */
export function countStates(hosts) {
  /** @type {Map<string, number>} */
  const counts = new Map()
  for (const host of hosts) counts.set(stateOf(host), (counts.get(stateOf(host)) ?? 0) + 1)
  return states.flatMap(state => {
    const count = counts.get(state)
    return count === undefined ? [] : [{ state, count }]
  })
}
