import type { Host, Network, Trust } from '../boot/host.ts'
import {
  type Heard,
  type Identity,
  identify,
  isFromElsewhere,
  type Owners,
} from '../boot/identity.ts'
import { isRunning } from '../boot/life.ts'
import type { NoTarget } from '../boot/reasons/ssh.ts'
import type { Claim } from '../install/deps.ts'
import type { DaemonMemory } from '../store/memory.ts'
import { isLocal } from '../system/local-addresses.ts'
import { createNeighbours, createPoke, type Neighbours, usesArp } from '../system/neighbours.ts'
import { type Ipv4, type Mac, subnetContains } from '../wire/address.ts'
import { placeIn } from './network-of.ts'
import type { World } from './world.ts'

/** Milliseconds; the kernel itself believes an answer to ARP for half a minute. */
const keepNeighbours = 250
/** How long a machine may take to answer ARP, and how often we look. */
const patienceMs = 500
const lookMs = 25

/** What tells who is where; tests give their own. */
export interface Senses {
  readonly neighbours: Neighbours
  /** Makes the kernel ask by ARP who has an address. */
  poke(address: Ipv4): void
  usesArp(device: string): boolean
  close(): void
}

/** The kernel's. */
export function kernelSenses(): Senses {
  const poke = createPoke()
  const neighbours = createNeighbours(keepNeighbours)
  return { neighbours, poke: poke.send, usesArp, close: poke.close }
}

/** Who has which address: who answers on a link of ours, then our leases, then what DHCP was heard to say. */
export function createWhereabouts(
  world: Pick<World, 'networks'>,
  memory: Pick<DaemonMemory, 'leases' | 'hosts' | 'installs'>,
  now: () => number,
  senses = kernelSenses(),
) {
  const { neighbours } = senses
  let closed = false
  const heard = createHeard()
  const leased = (lease: ReturnType<DaemonMemory['leases']['byAddress']>) =>
    lease?.state === 'active' && lease.end > now() ? [lease] : []
  const networkAt = (address: Ipv4) =>
    world.networks().find(({ subnet }) => subnetContains(subnet, address))
  /** By interface: every request asks. */
  const arp = new Map<string, boolean>()
  const arpOf = (device: string) => {
    const known = arp.get(device) ?? senses.usesArp(device)
    arp.set(device, known)
    return known
  }
  /** Whether ARP tells who has an address: it is on a link of ours. Behind a relay only DHCP can. */
  const isOnLink = (network: Network | undefined) =>
    network !== undefined &&
    subnetContains(network.subnet, network.serverAddress) &&
    (network.interface === undefined || arpOf(network.interface))

  const ownersOf = (address: Ipv4): Owners => {
    // A download that the end has cut says so when the database is closed already.
    if (closed) return { by: 'dhcp', macs: [] }
    const network = networkAt(address)
    const onLink = isOnLink(network)
    const there = onLink || !network ? neighbours.macsOf(address) : []
    if (there.length > 0) return { by: 'neighbour', macs: there }
    const lease = leased(memory.leases.byAddress(address)).map(({ mac }) => mac)
    // Where we give the addresses ourselves nobody has one that we did not give.
    const asked = network?.mode === 'server' ? [] : heard.at(address)
    return { by: onLink ? 'nobody' : 'dhcp', macs: lease.length > 0 ? lease : asked }
  }

  /** Which addresses a MAC has, the surest first. */
  const addressesOf = (mac: Mac): Ipv4[] => {
    const leases = world.networks().flatMap(({ name }) => leased(memory.leases.byMac(name, mac)))
    const known = [...leases.map(({ address }) => address), ...neighbours.addressesOf(mac)]
    return [...new Set([...known, ...heard.of(mac)])]
  }

  /** `trustUrl` of a network vouches for hosts that may be in it, not for those of another one. */
  const trustFor = (host: Host, name: string): Trust => {
    const network = world.networks().find(one => one.name === name)
    if (network?.trust !== 'url') return network?.trust ?? 'lease'
    const place = placeIn(network, host)
    if (place !== 'unsaid') return place === 'here' ? 'url' : 'lease'
    const stricter = host.nics
      .flatMap(({ mac }) => addressesOf(mac))
      .some(address => (networkAt(address)?.trust ?? 'url') !== 'url')
    return stricter ? 'lease' : 'url'
  }

  return {
    ownersOf,
    addressesOf,

    /** Whose MAC an address has. */
    macsOf: (address: Ipv4): readonly Mac[] => ownersOf(address).macs,

    /** Whether a request is the host's own: every door that asks this asks here. */
    identify({ host, address, network, uuid, attempt }: Claim): Identity {
      // What is given for a token is given once: the table of a moment ago is too old for it.
      if (attempt && isOnLink(networkAt(address))) neighbours.refresh()
      return identify({
        host,
        trust: trustFor(host, network),
        address,
        owners: ownersOf(address),
        uuid,
        knownUuid: memory.hosts.get(host.name)?.uuid,
        attemptAt: attempt?.address,
      })
    },

    /**
     * Asks the kernel anew who has an address, before anything is decided for good: what it knew may be
     * old. Where nothing is known it asks the link, and waits for half a second.
     */
    async lookAgain(address: Ipv4): Promise<void> {
      if (closed || !isOnLink(networkAt(address))) return
      neighbours.refresh()
      if (neighbours.macsOf(address).length > 0) return
      senses.poke(address)
      for (let ms = 0; ms < patienceMs && !closed; ms += lookMs) {
        await new Promise(resolve => setTimeout(resolve, lookMs))
        neighbours.refresh()
        if (neighbours.macsOf(address).length > 0) return
      }
    },

    /** A machine takes an address, of whatever DHCP server, as its REQUEST says. Hosts are kept. */
    requests(mac: Mac, address: Ipv4, isHost: boolean): void {
      if (isHost) heard.note(mac, address)
      else heard.takenBy(mac, address)
    },

    /** Whether a netboot of a host whose install runs is another machine's with its MAC. */
    isElsewhere({ name, uuid }: Host, heard: Heard): boolean {
      const { life, install, uuid: learnt } = memory.hosts.get(name) ?? {}
      if (!life || !isRunning(life) || install === undefined) return false
      const attempt = memory.installs.currentAttempt(name, install)
      const network = attempt && networkAt(attempt.address)?.name
      return isFromElsewhere(heard, { network, uuid: uuid ?? learnt })
    },

    /** Why nobody may be looked for at an address. `named`: the config itself names it. */
    whyNoTarget(address: Ipv4, named = false): NoTarget | undefined {
      if (isLocal(address)) return 'own'
      return named || networkAt(address) ? undefined : 'outside'
    },

    close: () => {
      closed = true
      senses.close()
    },
  }
}

/**
 * What hosts asked DHCP servers for, ours and others. An installer often takes another address than
 * its firmware did: it says another client id. An address is whoever's asked for it last.
 */
function createHeard() {
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
