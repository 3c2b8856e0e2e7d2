import type { Host, Network, Trust } from '../boot/host.ts'
import {
  type Identity,
  identify,
  isFromElsewhere,
  type NetbootSource,
  type Owners,
} from '../boot/identity.ts'
import { isInForce, type Lease } from '../boot/lease.ts'
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
function kernelSenses(): Senses {
  const poke = createPoke()
  const neighbours = createNeighbours(keepNeighbours)
  return { neighbours, poke: poke.send, usesArp, close: poke.close }
}

interface Sight {
  readonly world: Pick<World, 'networks'>
  readonly memory: Pick<DaemonMemory, 'leases' | 'hosts' | 'installs'>
  readonly now: () => number
  readonly senses: Senses
  readonly heard: ReturnType<typeof createHeard>
  /** By interface: every request asks. */
  readonly arp: Map<string, boolean>
  closed: boolean
}

/** Who has which address: who answers on a link of ours, then our leases, then what DHCP was heard to say. */
export function createWhereabouts(
  world: Sight['world'],
  memory: Sight['memory'],
  now: () => number,
  senses = kernelSenses(),
) {
  const sight: Sight = {
    ...{ world, memory, now, senses },
    heard: createHeard(),
    arp: new Map(),
    closed: false,
  }
  return {
    ownersOf: (address: Ipv4) => ownersOf(sight, address),
    addressesOf: (mac: Mac) => addressesOf(sight, mac),

    /** Whose MAC an address has. */
    macsOf: (address: Ipv4): readonly Mac[] => ownersOf(sight, address).macs,

    /** Whether a request is the host's own: every door that asks this asks here. */
    identify: (claim: Claim): Identity => identifyClaim(sight, claim),

    lookAgain: (address: Ipv4): Promise<void> => lookAgain(sight, address),

    /** A machine takes an address, of whatever DHCP server, as its REQUEST says. Hosts are kept. */
    requests(mac: Mac, address: Ipv4, isHost: boolean): void {
      if (isHost) sight.heard.note(mac, address)
      else sight.heard.takenBy(mac, address)
    },

    /** Whether a netboot of a host whose install runs is another machine's with its MAC. */
    isElsewhere: (host: Host, heard: NetbootSource): boolean => isElsewhere(sight, host, heard),

    /** Why nobody may be looked for at an address. `named`: the config itself names it. */
    whyNoTarget(address: Ipv4, named = false): NoTarget | undefined {
      if (isLocal(address)) return 'own'
      return named || networkAt(sight, address) ? undefined : 'outside'
    },

    close: () => {
      sight.closed = true
      senses.close()
    },
  }
}

function networkAt({ world }: Sight, address: Ipv4): Network | undefined {
  return world.networks().find(({ subnet }) => subnetContains(subnet, address))
}

/** Whether ARP tells who has an address: it is on a link of ours. Behind a relay only DHCP can. */
function isOnLink(sight: Sight, network: Network | undefined): boolean {
  return (
    network !== undefined &&
    subnetContains(network.subnet, network.serverAddress) &&
    (network.interface === undefined || usesArpOn(sight, network.interface))
  )
}

function usesArpOn({ arp, senses }: Sight, device: string): boolean {
  const known = arp.get(device) ?? senses.usesArp(device)
  arp.set(device, known)
  return known
}

function ownersOf(sight: Sight, address: Ipv4): Owners {
  const { closed, senses, memory, heard } = sight
  // A download that the end has cut says so when the database is closed already.
  if (closed) return { by: 'dhcp', macs: [] }
  const network = networkAt(sight, address)
  const onLink = isOnLink(sight, network)
  const there = onLink || !network ? senses.neighbours.macsOf(address) : []
  if (there.length > 0) return { by: 'neighbour', macs: there }
  const lease = leased(sight, memory.leases.byAddress(address)).map(({ mac }) => mac)
  // Where we give the addresses ourselves nobody has one that we did not give.
  const asked = network?.mode === 'server' ? [] : heard.at(address)
  return { by: onLink ? 'nobody' : 'dhcp', macs: lease.length > 0 ? lease : asked }
}

function leased({ now }: Sight, lease: Lease | undefined): Lease[] {
  return lease && isInForce(lease, now()) ? [lease] : []
}

/** Which addresses a MAC has, the surest first. */
function addressesOf(sight: Sight, mac: Mac): Ipv4[] {
  const { world, memory, senses, heard } = sight
  const leases = world
    .networks()
    .flatMap(({ name }) => leased(sight, memory.leases.byMac(name, mac)))
  const known = [...leases.map(({ address }) => address), ...senses.neighbours.addressesOf(mac)]
  return [...new Set([...known, ...heard.of(mac)])]
}

/** `trustUrl` of a network vouches for hosts that may be in it, not for those of another one. */
function trustFor(sight: Sight, host: Host, name: string): Trust {
  const network = sight.world.networks().find(one => one.name === name)
  if (network?.trust !== 'url') return network?.trust ?? 'lease'
  const place = placeIn(network, host)
  if (place !== 'unsaid') return place === 'here' ? 'url' : 'lease'
  const stricter = host.nics
    .flatMap(({ mac }) => addressesOf(sight, mac))
    .some(address => (networkAt(sight, address)?.trust ?? 'url') !== 'url')
  return stricter ? 'lease' : 'url'
}

function identifyClaim(sight: Sight, { host, address, network, uuid, attempt }: Claim): Identity {
  // What is given for a token is given once: the table of a moment ago is too old for it.
  if (attempt && isOnLink(sight, networkAt(sight, address))) sight.senses.neighbours.refresh()
  return identify({
    host,
    trust: trustFor(sight, host, network),
    address,
    owners: ownersOf(sight, address),
    uuid,
    knownUuid: sight.memory.hosts.get(host.name)?.uuid,
    attemptAt: attempt?.address,
  })
}

/**
 * Asks the kernel anew who has an address, before anything is decided for good: what it knew may be
 * old. Where nothing is known it asks the link, and waits for half a second.
 */
async function lookAgain(sight: Sight, address: Ipv4): Promise<void> {
  const { neighbours, poke } = sight.senses
  if (sight.closed || !isOnLink(sight, networkAt(sight, address))) return
  neighbours.refresh()
  if (neighbours.macsOf(address).length > 0) return
  poke(address)
  for (let ms = 0; ms < patienceMs && !sight.closed; ms += lookMs) {
    await new Promise(resolve => setTimeout(resolve, lookMs))
    neighbours.refresh()
    if (neighbours.macsOf(address).length > 0) return
  }
}

function isElsewhere(sight: Sight, { name, uuid }: Host, heard: NetbootSource): boolean {
  const { memory } = sight
  const { life, install, uuid: learnt } = memory.hosts.get(name) ?? {}
  if (!life || !isRunning(life) || install === undefined) return false
  const attempt = memory.installs.currentAttempt(name, install)
  const network = attempt && networkAt(sight, attempt.address)?.name
  return isFromElsewhere(heard, { network, uuid: uuid ?? learnt })
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
