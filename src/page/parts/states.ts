import type { HostRow } from '../../api/hosts.ts'
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

export function stateOf(host: HostRow) {
  return host.netboots && host.state === 'idle' ? 'netboots' : host.state
}

export function isUnderWay(host: HostRow) {
  return underWay.includes(host.state)
}

/** Its machine may be erasing its disk. */
export function hasBegun(host: HostRow) {
  return isUnderWay(host) && host.state !== 'pending'
}

/** How many hosts are in each state, those with none left out. */
export function countStates(hosts: readonly HostRow[]): { state: string; count: number }[] {
  const counts: Map<string, number> = new Map()
  for (const host of hosts) counts.set(stateOf(host), (counts.get(stateOf(host)) ?? 0) + 1)
  return states.flatMap(state => {
    const count = counts.get(state)
    return count === undefined ? [] : [{ state, count }]
  })
}
