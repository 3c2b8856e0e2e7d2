import type { DaemonMemory } from '../store/memory.ts'
import { isLocal } from '../system/local-addresses.ts'
import { createNeighbours } from '../system/neighbours.ts'
import { type Ipv4, type Mac, subnetContains } from '../wire/address.ts'
import type { World } from './world.ts'

/** Milliseconds; the kernel itself believes an answer to ARP for half a minute. */
const keepNeighbours = 250

/** Who has which address: our leases first, then what the kernel and we have heard. */
export function createWhereabouts(world: World, memory: DaemonMemory, now: () => number) {
  const neighbours = createNeighbours(keepNeighbours)
  let closed = false
  /** What hosts asked other DHCP servers for. */
  const requested = new Map<Mac, Ipv4>()
  const leased = (lease: ReturnType<DaemonMemory['leases']['byAddress']>) =>
    lease?.state === 'active' && lease.end > now() ? [lease] : []

  return {
    /** Whose MAC an address has. */
    macsOf(address: Ipv4): Mac[] {
      // A download that the end has cut says so when the database is closed already.
      if (closed) return []
      const lease = leased(memory.leases.byAddress(address))
      return [...lease.map(({ mac }) => mac), ...neighbours.macsOf(address)]
    },

    /**
     * A host takes an address, of whatever server. Its installer often takes another one than its
     * firmware did: it says another client id.
     */
    requests(mac: Mac, address: Ipv4): void {
      requested.set(mac, address)
    },

    /** Which addresses a MAC has, the surest first. */
    addressesOf(mac: Mac): Ipv4[] {
      const networks = world.networks()
      const leases = networks.flatMap(({ name }) => leased(memory.leases.byMac(name, mac)))
      const asked = requested.get(mac)
      const known = [...leases.map(({ address }) => address), ...neighbours.addressesOf(mac)]
      const all = asked === undefined ? known : [...known, asked]
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
