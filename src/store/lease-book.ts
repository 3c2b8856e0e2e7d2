import type { Lease } from '../boot/lease.ts'
import type { Ipv4, Mac } from '../wire/address.ts'

/** Leases by address and by machine, in memory. An address has one, a machine may have had several. */
export function createLeaseBook() {
  const byAddress = new Map<Ipv4, Lease>()
  const byMac = new Map<Mac, readonly Lease[]>()

  function without({ mac, address }: Lease): readonly Lease[] {
    return byMac.get(mac)?.filter(own => own.address !== address) ?? []
  }

  function forget(lease: Lease): void {
    const others = without(lease)
    if (others.length > 0) byMac.set(lease.mac, others)
    else byMac.delete(lease.mac)
  }

  return {
    put(lease: Lease): void {
      const before = byAddress.get(lease.address)
      if (before && before.mac !== lease.mac) forget(before)
      byAddress.set(lease.address, lease)
      byMac.set(lease.mac, without(lease).concat(lease))
    },
    byAddress: (address: Ipv4): Lease | undefined => byAddress.get(address),
    /** The one that lasts longest. */
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
