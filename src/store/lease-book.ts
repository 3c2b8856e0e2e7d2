import type { Lease } from '../boot/lease.ts'
import type { Ipv4, Mac } from '../wire/address.ts'

const none: readonly Lease[] = []

/** Leases by address and by machine, in memory. An address has one, a machine may have had several. */
export function createLeaseBook() {
  const byAddress = new Map<Ipv4, Lease>()
  const byMac = new Map<Mac, readonly Lease[]>()
  /** Those of clients that share a MAC. */
  const apart = new Map<Mac, readonly Lease[]>()
  const shelfOf = ({ holder }: Lease) => (holder === 'apart' ? apart : byMac)

  function without({ mac, address }: Lease, shelf: typeof byMac): readonly Lease[] {
    return shelf.get(mac)?.filter(own => own.address !== address) ?? []
  }

  function forget(lease: Lease): void {
    const shelf = shelfOf(lease)
    const others = without(lease, shelf)
    if (others.length > 0) shelf.set(lease.mac, others)
    else shelf.delete(lease.mac)
  }

  return {
    put(lease: Lease): void {
      const before = byAddress.get(lease.address)
      const shelf = shelfOf(lease)
      if (before && (before.mac !== lease.mac || shelfOf(before) !== shelf)) forget(before)
      byAddress.set(lease.address, lease)
      shelf.set(lease.mac, without(lease, shelf).concat(lease))
    },
    byAddress: (address: Ipv4): Lease | undefined => byAddress.get(address),
    apart: (mac: Mac): readonly Lease[] => apart.get(mac) ?? none,
    /** The one that lasts longest of the machine's own. */
    byMac(network: string, mac: Mac): Lease | undefined {
      let latest: Lease | undefined
      for (const lease of byMac.get(mac) ?? []) {
        if (lease.network === network && (!latest || lease.end > latest.end)) latest = lease
      }
      return latest
    },
    all: (): Lease[] => [...byAddress.values()],
  }
}
