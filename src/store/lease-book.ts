import type { Ipv4, Mac } from '../wire/address.ts'
import type { StoredLease } from './leases.ts'

/** Leases by address and by machine, in memory. An address has one, a machine may have had several. */
export function createLeaseBook() {
  const byAddress = new Map<Ipv4, StoredLease>()
  const addressesOf = new Map<string, Ipv4[]>()

  function forget({ network, mac, address }: StoredLease): void {
    const key = keyOf(network, mac)
    const others = addressesOf.get(key)?.filter(own => own !== address) ?? []
    if (others.length > 0) addressesOf.set(key, others)
    else addressesOf.delete(key)
  }

  return {
    put(lease: StoredLease): void {
      const { network, mac, address } = lease
      const before = byAddress.get(address)
      if (before && (before.mac !== mac || before.network !== network)) forget(before)
      byAddress.set(address, lease)
      const key = keyOf(network, mac)
      const addresses = addressesOf.get(key)
      if (!addresses) addressesOf.set(key, [address])
      else if (!addresses.includes(address)) addresses.push(address)
    },
    byAddress: (address: Ipv4): StoredLease | undefined => byAddress.get(address),
    /** The one that lasts longest. */
    byMac(network: string, mac: Mac): StoredLease | undefined {
      let latest: StoredLease | undefined
      for (const address of addressesOf.get(keyOf(network, mac)) ?? []) {
        const lease = byAddress.get(address)
        if (lease && (!latest || lease.end > latest.end)) latest = lease
      }
      return latest
    },
    all: (): StoredLease[] => [...byAddress.values()],
  }
}

function keyOf(network: string, mac: Mac): string {
  return `${mac} ${network}`
}
