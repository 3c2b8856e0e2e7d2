import { isLocal } from '../system/local-addresses.ts'
import { neighboursOf, neighboursWith } from '../system/neighbours.ts'
import { type Ipv4, type Mac, subnetContains } from '../wire/address.ts'
import type { DaemonMemory } from './memory.ts'
import type { World } from './world.ts'

/** Who has which address: our leases first, then what the kernel has heard. */
export function createWhereabouts(world: World, memory: DaemonMemory, now: () => number) {
  let closed = false
  const leased = (lease: ReturnType<DaemonMemory['leases']['byAddress']>) =>
    lease?.state === 'active' && lease.end > now() ? [lease] : []

  return {
    /** Whose MAC an address has. */
    macsOf(address: Ipv4): Mac[] {
      // A download that the end has cut says so when the database is closed already.
      if (closed) return []
      const lease = leased(memory.leases.byAddress(address))
      return [...lease.map(({ mac }) => mac), ...neighboursOf(address)]
    },

    /** Which addresses a MAC has. */
    addressesOf(mac: Mac): Ipv4[] {
      const networks = world.networks()
      const leases = networks.flatMap(({ name }) => leased(memory.leases.byMac(name, mac)))
      const all = [...leases.map(({ address }) => address), ...neighboursWith(mac)]
      return [...new Set(all)]
    },

    /** Why nobody may be looked for at an address. `named`: the config itself names it. */
    whyNoTarget(address: Ipv4, named = false): string | undefined {
      if (isLocal(address)) return 'it is an address of ours'
      if (named || world.networks().some(({ subnet }) => subnetContains(subnet, address))) {
        return undefined
      }
      return 'it lies outside our networks'
    },

    close: () => {
      closed = true
    },
  }
}
