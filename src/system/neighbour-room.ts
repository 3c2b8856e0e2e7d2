import { readFileSync } from 'node:fs'

const limit = 'net.ipv4.neigh.default.gc_thresh3'

/**
 * Machines that the kernel's neighbour table has room for at once (gc_thresh3, arp(7)); `undefined` where
 * it does not say, as in a network namespace.
 */
export function neighbourRoom(): number | undefined {
  try {
    return Number(readFileSync(`/proc/sys/${limit.replaceAll('.', '/')}`, 'utf8'))
  } catch {
    return undefined
  }
}

/** A sentence for an operator with more network cards on a link than the table holds, else none. */
export function whyCrowded(cards: number, room = neighbourRoom()): string[] {
  if (room === undefined || cards < room) return []
  const enough = 2 ** Math.ceil(Math.log2(cards) + 1)
  const what = `${cards} network cards in the config, and the kernel reaches ${room} machines at once`
  return [`${what}: raise it before all of them boot together (sysctl -w ${limit}=${enough})`]
}
