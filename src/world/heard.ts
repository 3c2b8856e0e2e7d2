import type { Ipv4, Mac } from '../wire/address.ts'

/**
 * What hosts asked DHCP servers for, ours and others. An installer often takes another address than
 * its firmware did: it says another client id. An address is whoever's asked for it last.
 */
export function createHeard() {
  const byMac = new Map<Mac, Ipv4>()
  const byAddress = new Map<Ipv4, Mac>()
  const forget = (mac: Mac) => {
    const address = byMac.get(mac)
    byMac.delete(mac)
    if (address !== undefined && byAddress.get(address) === mac) byAddress.delete(address)
  }
  const takenBy = (mac: Mac, address: Ipv4) => {
    const before = byAddress.get(address)
    if (before !== undefined && before !== mac) forget(before)
  }
  return {
    takenBy,
    note(mac: Mac, address: Ipv4): void {
      takenBy(mac, address)
      forget(mac)
      byMac.set(mac, address)
      byAddress.set(address, mac)
    },
    at(address: Ipv4): Mac[] {
      const mac = byAddress.get(address)
      return mac === undefined ? [] : [mac]
    },
    of(mac: Mac): Ipv4[] {
      const address = byMac.get(mac)
      return address === undefined ? [] : [address]
    },
  }
}
