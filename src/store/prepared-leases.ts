import type { Lease } from '../boot/lease.ts'
import type { Ipv4 } from '../wire/address.ts'

interface PreparedLease {
  readonly lease: Lease
  readonly until: number
  readonly onDisk: Promise<void>
}

/**
 * Leases that were written before they began, when their addresses were offered: a client that takes
 * its offer need not wait for the disk once more. Times are epoch milliseconds.
 */
export function createPreparedLeases() {
  // All are kept equally long, so the order of insertion is the order of ending.
  const prepared = new Map<Ipv4, PreparedLease>()

  return {
    /** `onDisk` resolves when the lease is there. It counts until then, and can be taken until `until`. */
    add(lease: Lease, until: number, onDisk: Promise<void>): void {
      prepared.delete(lease.address)
      prepared.set(lease.address, { lease, until, onDisk })
    },
    /**
     * To be asked before a lease is written: what is prepared for its address ends. When that says all
     * that the lease says, resolves as soon as it is on disk; `undefined` when the lease must be written.
     */
    take(lease: Lease): Promise<void> | undefined {
      const found = prepared.get(lease.address)
      if (!found) return undefined
      prepared.delete(lease.address)
      return covers(found.lease, lease) ? found.onDisk : undefined
    },
    /** Forgets at most `most` of those that nobody took in time, and tells their addresses. */
    *ended(now: number, most: number): Iterable<Ipv4> {
      for (const [address, { until }] of Iterator.from(prepared).take(most)) {
        if (until > now) return
        prepared.delete(address)
        yield address
      }
    },
  }
}

/** A later end is no harm: an address stays held a little longer. */
function covers(prepared: Lease, lease: Lease): boolean {
  return (
    prepared.mac === lease.mac &&
    prepared.network === lease.network &&
    prepared.clientId === lease.clientId &&
    prepared.holder === lease.holder &&
    prepared.hostname === lease.hostname &&
    prepared.end >= lease.end &&
    prepared.state === lease.state
  )
}
