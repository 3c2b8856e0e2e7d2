import { computerClock } from '../base/clock.ts'
import type { Host, Network, Trust } from '../boot/host.ts'
import {
  type Identity,
  identify,
  isFromElsewhere,
  type NetbootSource,
  type Owners,
} from '../boot/identity.ts'
import { isInForce, type Lease } from '../boot/lease.ts'
import type { Lease6 } from '../boot/lease6.ts'
import { isRunning } from '../boot/life.ts'
import { isInNetwork, serverAddressFor } from '../boot/network-address.ts'
import type { NoTarget } from '../boot/reasons/ssh.ts'
import type { Claim } from '../install/deps.ts'
import type { DaemonMemory } from '../store/memory.ts'
import { isOwn } from '../system/local-addresses.ts'
import { createNeighbours, createPoke, type Neighbours, usesArp } from '../system/neighbours.ts'
import { createNeighbours6Now } from '../system/neighbours6.ts'
import type { Ipv4, Mac } from '../wire/address.ts'
import type { IpAddress } from '../wire/ip-address.ts'
import { type Ipv6, isLinkLocal } from '../wire/ipv6.ts'
import { createHeard } from './heard.ts'
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
  readonly neighbours6: Neighbours<Ipv6>
  /** Makes the kernel ask by ARP, or by neighbour discovery, who has an address. */
  poke(address: IpAddress): void
  usesArp(device: string): boolean
  /** Resolves after so many milliseconds. */
  wait(ms: number): Promise<void>
  close(): void
}

/** The kernel's. */
export function kernelSenses(): Senses {
  const poke = createPoke()
  const neighbours = createNeighbours(keepNeighbours)
  const neighbours6 = createNeighbours6Now(keepNeighbours)
  return {
    neighbours,
    neighbours6,
    poke: poke.send,
    usesArp,
    wait: computerClock.sleep,
    close: poke.close,
  }
}

interface Sight {
  readonly world: Pick<World, 'networks'>
  readonly memory: Pick<DaemonMemory, 'leases' | 'leases6' | 'hosts' | 'installs'>
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
    ownersOf: (address: IpAddress) => ownersOf(sight, address),
    addressesOf: (mac: Mac) => addressesOf(sight, mac),

    /** Whose MAC an address has. */
    macsOf: (address: IpAddress): readonly Mac[] => ownersOf(sight, address).macs,

    /** Whether a request is the host's own: every door that asks this asks here. */
    identify: (claim: Claim): Identity => identifyClaim(sight, claim),

    lookAgain: (address: IpAddress): Promise<void> => lookAgain(sight, address),

    /** A machine takes an address, of whatever DHCP server, as its REQUEST says. Hosts are kept. */
    requests(mac: Mac, address: Ipv4, isHost: boolean): void {
      if (isHost) sight.heard.note(mac, address)
      else sight.heard.takenBy(mac, address)
    },

    /** Whether a netboot of a host whose install runs is another machine's with its MAC. */
    isElsewhere: (host: Host, heard: NetbootSource): boolean => isElsewhere(sight, host, heard),

    /** Why nobody may be looked for at an address. `named`: the config itself names it. */
    whyNoTarget(address: IpAddress, named = false): NoTarget | undefined {
      if (isOwn(address)) return 'own'
      return named || networkAt(sight, address) ? undefined : 'outside'
    },

    close: () => {
      sight.closed = true
      senses.close()
    },
  }
}

function networkAt({ world }: Sight, address: IpAddress): Network | undefined {
  return world.networks().find(network => isInNetwork(network, address))
}

/**
 * Whether ARP, or neighbour discovery, tells who has an address: it is on a link of ours. Behind a relay only
 * DHCP can.
 */
function isOnLink(sight: Sight, network: Network | undefined, address: IpAddress): boolean {
  return (
    network !== undefined &&
    isInNetwork(network, serverAddressFor(network, address)) &&
    (network.interface === undefined || usesArpOn(sight, network.interface))
  )
}

function usesArpOn({ arp, senses }: Sight, device: string): boolean {
  const known = arp.get(device) ?? senses.usesArp(device)
  arp.set(device, known)
  return known
}

function ownersOf(sight: Sight, address: IpAddress): Owners {
  const { closed, senses, memory, heard } = sight
  // A download that the end has cut says so when the database is closed already.
  if (closed) return { by: 'dhcp', macs: [] }
  const network = networkAt(sight, address)
  const onLink = isOnLink(sight, network, address)
  if (typeof address === 'string') return ownersOf6(sight, address, onLink)
  const there = onLink || !network ? senses.neighbours.macsOf(address) : []
  if (there.length > 0) return { by: 'neighbour', macs: there }
  const lease = leased(sight, memory.leases.byAddress(address)).map(({ mac }) => mac)
  // Where we give the addresses ourselves nobody has one that we did not give.
  const asked = network?.mode === 'server' ? [] : heard.at(address)
  return { by: onLink ? 'nobody' : 'dhcp', macs: lease.length > 0 ? lease : asked }
}

/** What other servers give by DHCPv6 nobody hears: their clients are found on a link of ours alone. */
function ownersOf6(sight: Sight, address: Ipv6, onLink: boolean): Owners {
  const { senses, memory } = sight
  const there = onLink ? senses.neighbours6.macsOf(address) : []
  if (there.length > 0) return { by: 'neighbour', macs: there }
  const macs = leased(sight, memory.leases6.byAddress(address)).flatMap(({ mac }) => mac ?? [])
  return { by: onLink ? 'nobody' : 'dhcp', macs }
}

function leased<L extends Lease | Lease6>({ now }: Sight, lease: L | undefined): L[] {
  return lease && isInForce(lease, now()) ? [lease] : []
}

/** Which addresses a MAC has, the surest first. */
function addressesOf(sight: Sight, mac: Mac): IpAddress[] {
  const { world, memory, senses, heard } = sight
  const leases = world
    .networks()
    .flatMap(({ name }) => leased(sight, memory.leases.byMac(name, mac)))
  const known = [...leases.map(({ address }) => address), ...senses.neighbours.addressesOf(mac)]
  return [...new Set([...known, ...heard.of(mac), ...addressesOf6(sight, mac)])]
}

function addressesOf6(sight: Sight, mac: Mac): Ipv6[] {
  const { world, memory, senses } = sight
  const served = world.networks().filter(({ ipv6 }) => ipv6 !== undefined)
  if (served.length === 0) return []
  const leases = served.flatMap(({ name }) =>
    leased(sight, memory.leases6.byClient(name, { mac, duid: '' })),
  )
  // One of one link only leads nowhere without saying which.
  const there = senses.neighbours6.addressesOf(mac).filter(address => !isLinkLocal(address))
  return [...leases.map(({ address }) => address), ...there]
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
  if (attempt && isOnLink(sight, networkAt(sight, address), address))
    tableFor(sight, address).refresh()
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
async function lookAgain(sight: Sight, address: IpAddress): Promise<void> {
  if (sight.closed || !isOnLink(sight, networkAt(sight, address), address)) return
  const table = tableFor(sight, address)
  table.refresh()
  if (table.macsOf().length > 0) return
  sight.senses.poke(address)
  for (let ms = 0; ms < patienceMs && !sight.closed; ms += lookMs) {
    await sight.senses.wait(lookMs)
    table.refresh()
    if (table.macsOf().length > 0) return
  }
}

/** The kernel's table of an address's family, asked for it. */
function tableFor({ senses: { neighbours, neighbours6 } }: Sight, address: IpAddress) {
  return typeof address === 'number'
    ? { refresh: neighbours.refresh, macsOf: () => neighbours.macsOf(address) }
    : { refresh: neighbours6.refresh, macsOf: () => neighbours6.macsOf(address) }
}

function isElsewhere(sight: Sight, { name, uuid }: Host, heard: NetbootSource): boolean {
  const { memory } = sight
  const { life, install, uuid: learnt } = memory.hosts.get(name) ?? {}
  if (!life || !isRunning(life) || install === undefined) return false
  const attempt = memory.installs.currentAttempt(name, install)
  const network = attempt && networkAt(sight, attempt.address)?.name
  return isFromElsewhere(heard, { network, uuid: uuid ?? learnt })
}
