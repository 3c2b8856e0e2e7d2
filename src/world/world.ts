import { besides, serverUrl } from '../base/server-url.ts'
import type { KnownHost, Site } from '../boot/decide.ts'
import type { Caller } from '../boot/deliver.ts'
import type { Recognition, Traits } from '../boot/found-by.ts'
import type { Host, Network, UnknownHosts } from '../boot/host.ts'
import type { HostRecord } from '../boot/install.ts'
import { isRunning } from '../boot/life.ts'
import {
  hasIpv4,
  hasIpv6,
  type NetworkWith4,
  type NetworkWith6,
  serverAddressFor,
} from '../boot/network-address.ts'
import { isNoUuid, isSameUuid } from '../boot/uuid.ts'
import type { Config } from '../config/config.ts'
import { networkNames } from '../config/template/context.ts'
import type { ServedNetwork } from '../install/deps.ts'
import { ownAddresses } from '../system/interfaces.ts'
import { ownAddresses6 } from '../system/interfaces6.ts'
import { type Ipv4, type Mac, unspecified } from '../wire/address.ts'
import type { AddressSet } from '../wire/address-set.ts'
import { formatIpAddress, type IpAddress } from '../wire/ip-address.ts'
import type { Ipv6 } from '../wire/ipv6.ts'
import { createLearntCards } from './learnt-cards.ts'
import { shelfOf } from './loader-shelf.ts'
import { networkOf } from './network-of.ts'
import { reservationsIn } from './reservations.ts'
import { settleNetworks } from './settle-networks.ts'

/** A network that cannot be served yet, and the sentence that says what it waits for. */
interface WaitingNetwork {
  readonly network: string
  readonly line: string
}

interface SettledWorld {
  readonly networks: readonly Network[]
  readonly networks4: readonly NetworkWith4[]
  readonly networks6: readonly NetworkWith6[]
  readonly waiting: readonly WaitingNetwork[]
}

/** What the doors look things up in: the running config, and what the machine adds to it. */
export interface World {
  config(): Config
  /** The networks that can be served now. */
  networks(): SettledWorld['networks']
  /** Those of them that have IPv4. */
  networks4(): SettledWorld['networks4']
  /** Those that have IPv6. */
  networks6(): SettledWorld['networks6']
  /** Those that cannot. */
  waiting(): SettledWorld['waiting']
  loaders(): ReadonlyMap<string, string>
  /** The loader to try in place of one whose own drivers hang; `undefined` where there is none. */
  standIn(loader: string): string | undefined
  /** A sentence for each arch that hosts may have and that has no loader. */
  missingLoaders(): readonly string[]
  /** The host of a MAC, also of one that left the config in the middle of an install. */
  hostOf(mac: Mac): Host | undefined
  /** Whose machine this is, where that is not what is known. `present`: the host of its MAC. */
  finding(traits: Traits, present: Host | undefined): Recognition | undefined
  /** Takes the cards that were learnt of hosts which are found otherwise: each with its host. */
  learn(cards: ReadonlyMap<Mac, string>): void
  /** Takes where the machines of a network reach the daemons that share our database. */
  share(urlsOf: (network: string) => readonly string[]): void
  /** Whether any host says how large its TFTP blocks may be: only then it is worth asking whose. */
  hasBlockSizes(): boolean
  site(network: Network | undefined): Site
  unknownHosts(network: Network | undefined): UnknownHosts
  reservedFor(address: Ipv4): readonly Mac[] | undefined
  /** All those addresses. */
  reserved(): AddressSet
  reservedFor6(address: Ipv6): readonly Mac[] | undefined
  /** The network of whoever asks; `mac`: the host that is asked for. */
  networkOf(caller: Caller, mac?: Mac): Network | undefined
  /** `by`: an address of whoever is to reach us, whose family counts; without one by IPv4. */
  place(network: Network | undefined, by?: IpAddress): ServedNetwork
  /** Takes a new config, and the hosts that still have an install under way. */
  replace(config: Config, running: readonly HostRecord[], specHost: SpecHost): void
  /** Looks at the machine's interfaces again; true when the networks have changed. */
  settle(): boolean
}

/** The host as it was when an install was asked for. */
export type SpecHost = (install: string) => Host | undefined

export function createWorld(first: Config): World {
  const learnt = createLearntCards(first)
  let config = first
  let settled = settledNow(config)
  let shelf = shelfOf(config)
  let reserved = reservationsIn(config)
  let hasBlockSizes = limitsBlocks(config)
  let departed: ReadonlyMap<Mac, Host> = new Map()
  const shared = createShared()

  const unknownHosts = (network?: Network) => config.unknownHosts ?? usuallyIn(network)

  const look = (): void => {
    config = learnt.config()
    reserved = reservationsIn(config)
  }

  const world: World = {
    config: () => config,
    networks: () => settled.networks,
    networks4: () => settled.networks4,
    networks6: () => settled.networks6,
    waiting: () => settled.waiting,
    loaders: () => shelf.files,
    standIn: loader => shelf.standIns.get(loader),
    missingLoaders: () => shelf.lines,
    share: shared.take,
    hasBlockSizes: () => hasBlockSizes,
    hostOf: mac => config.hostByMac.get(mac) ?? departed.get(mac),
    finding: learnt.finding,
    learn(cards) {
      learnt.learn(cards)
      look()
    },
    site: network => ({ ...shelf.site, ...welcomeOf(unknownHosts(network)) }),
    unknownHosts,
    reservedFor: address => reserved.ipv4.get(address),
    reserved: () => reserved.set,
    reservedFor6: address => reserved.ipv6.get(address),
    networkOf: (caller, mac) => networkOf(caller, settled.networks, mac && world.hostOf(mac)),
    place: (network, by = unspecified) => shared.add(placeOf(network, by, config), network),
    replace(next, running, specHost) {
      learnt.take(next)
      look()
      shelf = shelfOf(config)
      hasBlockSizes = limitsBlocks(config)
      departed = departedOf(config, running, specHost)
      world.settle()
    },
    settle() {
      const before = JSON.stringify(settled)
      settled = settledNow(config)
      return JSON.stringify(settled) !== before
    },
  }
  return world
}

/** What can be served of the networks of a config now, picked once and not for each packet. */
function settledNow(config: Config): SettledWorld {
  const settled = settleNetworks(config.networks, ownAddresses(), ownAddresses6())
  const networks = settled.flatMap(({ network }) => network ?? [])
  const waiting = settled.flatMap(({ name, waits }) => waits.map(text => waitingOf(name, text)))
  const [networks4, networks6] = [networks.filter(hasIpv4), networks.filter(hasIpv6)]
  return { networks, networks4, networks6, waiting }
}

/** Adds to a place where else its machines may go on, if there is such. */
function createShared() {
  let urlsOf: Parameters<World['share']>[0] | undefined
  return {
    take(next: typeof urlsOf): void {
      urlsOf = next
    },
    add(place: ServedNetwork, network: Network | undefined): ServedNetwork {
      if (!urlsOf) return place
      const others = besides(place.serverUrl, network ? urlsOf(network.name) : [])
      return { ...place, others: others.slice(0, mostOthers) }
    },
  }
}

/** Servers that a script names besides ours: each that is dead costs its machine time. */
const mostOthers = 2

function placeOf(network: Network | undefined, by: IpAddress, config: Config): ServedNetwork {
  return {
    network: networkNames(network ?? {}),
    serverUrl: serverUrlOf(serverAddressFor(network, by), config),
    seesDhcp: network !== undefined && (network.mode !== 'none' || !hasIpv4(network)),
  }
}

/** Who gets their addresses from us boots the disk at once. */
function usuallyIn(network: Network | undefined): UnknownHosts {
  const own = network && hasIpv4(network) ? network : network?.ipv6
  return { kind: own?.mode === 'server' ? 'local' : 'ignore' }
}

/** What the boot decision needs to know of how strangers are treated. */
function welcomeOf(unknown: UnknownHosts): Pick<Site, 'unknown' | 'profile'> {
  const isBoot = unknown.kind === 'profile' || unknown.kind === 'menu'
  const profile = 'profile' in unknown && { profile: unknown.profile }
  return { unknown: isBoot ? 'boot' : unknown.kind, ...profile }
}

function waitingOf(network: string, waits: string): WaitingNetwork {
  return { network, line: `network ${network}: ${waits}` }
}

/** HTTPS where the config says that scripts are. */
function serverUrlOf(own: IpAddress, { http: { port, tls } }: Config): string {
  const address = formatIpAddress(own)
  return tls?.scripts ? serverUrl(address, tls.port, 'https') : serverUrl(address, port)
}

/**
 * A host whose config names a uuid boots only on the machine that has it: a card that moved into
 * another machine does not take the install along. Either byte order counts (RFC 4578, SMBIOS 2.6).
 */
export function withUuid(host: Host, known: KnownHost, uuid: string | undefined): KnownHost {
  if (host.uuid === undefined || uuid === undefined || isNoUuid(uuid)) return known
  if (isSameUuid(uuid, host.uuid)) return known
  return { ...known, due: false, why: { code: 'other-uuid', host: host.name, uuid } }
}

function limitsBlocks({ hosts }: Config): boolean {
  return [...hosts.values()].some(({ tftpBlockSize }) => tftpBlockSize !== undefined)
}

function departedOf(
  config: Config,
  running: readonly HostRecord[],
  specHost: SpecHost,
): ReadonlyMap<Mac, Host> {
  const departed = new Map<Mac, Host>()
  for (const { name, life, install } of running) {
    const host = isRunning(life) && install !== undefined ? specHost(install) : undefined
    if (!host || config.hosts.has(name)) continue
    for (const { mac } of host.nics) if (!config.hostByMac.has(mac)) departed.set(mac, host)
  }
  return departed
}
