import type { Lease } from '../boot/lease.ts'
import type { Ipv4 } from '../wire/address.ts'

interface OnItsWay {
  /** What is kept until the newest is. */
  kept: Lease | undefined
  readonly newest: Lease
}

/**
 * What is kept of the addresses whose newer leases are on their way to the disk: a client that asks again
 * before that has several on their way, and none of them may be promised.
 */
export function createKeptLeases(book: (address: Ipv4) => Lease | undefined) {
  const onTheirWay = new Map<Ipv4, OnItsWay>()
  const of = (address: Ipv4): Lease | undefined => {
    const newer = onTheirWay.get(address)
    return newer ? newer.kept : book(address)
  }
  return {
    of,
    /** To be told before the book is. */
    begin(lease: Lease): void {
      const { address } = lease
      onTheirWay.set(address, { kept: of(address), newest: lease })
    },
    stored(lease: Lease): void {
      const newer = onTheirWay.get(lease.address)
      if (newer?.newest === lease) onTheirWay.delete(lease.address)
      else if (newer) newer.kept = lease
    },
    /** What the book is to say again; undefined where a newer one is on its way still. */
    failed(lease: Lease): { readonly kept: Lease | undefined } | undefined {
      const newer = onTheirWay.get(lease.address)
      if (newer?.newest !== lease) return undefined
      onTheirWay.delete(lease.address)
      return newer
    },
  }
}
