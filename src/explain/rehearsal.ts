import { basename, join } from 'node:path'
import type { Arch } from '../boot/arch.ts'
import type { KnownHost } from '../boot/decide.ts'
import type { Host, Network } from '../boot/host.ts'
import type { HostState } from '../boot/host-state.ts'
import { knownOf } from '../boot/known-host.ts'
import type { Lease } from '../boot/lease.ts'
import { isRunning } from '../boot/life.ts'
import { lossesOf } from '../boot/loaders/command-line.ts'
import { type OwnLoader, ownLoader } from '../boot/loaders/own.ts'
import { hasIpv4 } from '../boot/network-address.ts'
import type { FoundHost } from '../boot/news.ts'
import type { Reason } from '../boot/reason.ts'
import { handle, unreadable } from '../dhcp/handle.ts'
import { changeOffers, createOffers, type LeaseBook } from '../dhcp/lease.ts'
import type { Arrival } from '../dhcp/network.ts'
import type { DhcpDeps, Outcome } from '../dhcp/outcome.ts'
import { answer, answerIfInstalled } from '../install/answer.ts'
import type { Question } from '../install/boot-facts.ts'
import { openFiles } from '../tftp/files.ts'
import { type Ipv4, type Mac, unspecified } from '../wire/address.ts'
import { createAddressSet } from '../wire/address-set.ts'
import type { DhcpPacket } from '../wire/dhcp-packet.ts'
import type { WireError } from '../wire/error.ts'
import { unspecified6 } from '../wire/ipv6.ts'
import type { World } from '../world/world.ts'
import { type Assumed, assume } from './assumed.ts'
import { assumedOf, networksOf } from './example-networks.ts'
import { createRehearsal6 } from './rehearsal6.ts'

/** What a machine gets when it asks for its script. */
export interface ScriptShown {
  readonly why: Reason
  /** 404 where there is none. */
  readonly text: string | undefined
  /** The answer files that the script names, rendered. */
  readonly files: Readonly<Record<string, string>>
}

interface RehearsalWorld {
  readonly world: World
  readonly networks: readonly Network[]
  readonly assumed: Assumed
  readonly leases: Map<Ipv4, Lease>
  readonly offers: ReturnType<typeof createOffers>
  readonly lost: string[]
}

/** The answers of a daemon with this config, all hosts in one state: nothing is sent, nothing is kept. */
export function createRehearsal(world: World, state: HostState) {
  const networks = networksOf(world)
  const lost: string[] = []
  const rehearsed: RehearsalWorld = {
    ...{ world, networks, lost },
    assumed: assume(world, state),
    leases: new Map(),
    offers: createOffers(),
  }
  const host = (mac: Mac) => hostOf(rehearsed, mac)
  return {
    networks,
    /** One DHCPv6 packet. */
    dhcp6: createRehearsal6(world, networks, host),
    /** Sentences about what the scripts that were asked for lose on their way to the kernel. */
    lost: lost as readonly string[],
    /** Sentences about addresses that this machine does not have and the config does not say. */
    assumed: assumedOf(world, networks),
    /** One DHCP packet. A lease that comes of it is remembered for the next. */
    dhcp: (packet: DhcpPacket, arrival: Arrival, now = Date.now()): Outcome =>
      dhcp(rehearsed, packet, arrival, now),
    /** What cannot be read as a DHCP packet. */
    unreadable: (datagram: Uint8Array, error: WireError): Outcome =>
      unreadable(datagram, error, dhcpDeps(rehearsed)),
    /** The script of a machine, or the config that its loader asks for. */
    script: (
      mac: Mac,
      network: Network,
      loader: OwnLoader,
      arch: Arch,
      overIpv6: boolean,
    ): Promise<ScriptShown> => script(rehearsed, mac, network, loader, arch, overIpv6),
    /** The loader that a machine of this arch is given. */
    loaderOf: (mac: Mac, arch: Arch, network: Network): OwnLoader =>
      loaderOf(rehearsed, mac, arch, network),
    /** The file behind a name in a TFTP request: its size, or why there is none. */
    tftp: (name: string): Promise<{ size: number } | { refused: Reason }> => tftp(world, name),
  }
}

export type Rehearsal = ReturnType<typeof createRehearsal>

function hostOf(rehearsed: RehearsalWorld, mac: Mac): FoundHost | undefined {
  const host = rehearsed.world.hostOf(mac)
  return host && { host, known: knownTo(rehearsed, host) }
}

function knownTo({ assumed }: RehearsalWorld, host: Host): KnownHost {
  return knownOf(host, assumed.life(host), assumed.install(host)?.spec.profile)
}

function dhcpDeps(rehearsed: RehearsalWorld): DhcpDeps {
  const { world, networks, leases, offers } = rehearsed
  return {
    networks: () => networks.filter(hasIpv4),
    host: mac => hostOf(rehearsed, mac),
    site: world.site,
    reservedFor: world.reservedFor,
    reserved: world.reserved,
    leases: bookOf(leases),
    offers,
    httpPort: world.config().http.port,
  }
}

function dhcp(
  rehearsed: RehearsalWorld,
  packet: DhcpPacket,
  arrival: Arrival,
  now: number,
): Outcome {
  const { leases, offers } = rehearsed
  const outcome = handle(packet, arrival, dhcpDeps(rehearsed), now)
  changeOffers(offers, outcome, now)
  if (outcome.lease) leases.set(outcome.lease.address, outcome.lease)
  return outcome
}

async function script(
  { world, assumed, lost }: RehearsalWorld,
  mac: Mac,
  network: Network,
  { kind, transport }: OwnLoader,
  arch: Arch,
  overIpv6: boolean,
): Promise<ScriptShown> {
  const host = world.hostOf(mac)
  await assumed.verified(host)
  const question: Question = {
    ...{ mac, address: unspecified, loader: kind },
    place: world.place(network, overIpv6 ? unspecified6 : undefined),
    site: world.site(network),
    unknown: world.unknownHosts(network),
  }
  const facts = assumed.facts(question)
  // Where no install could have been asked for, that is the answer.
  const asks = host && isRunning(assumed.life(host)) && !assumed.install(host)
  const { told } = asks ? answerIfInstalled(host, question, facts) : answer(question, facts)
  const { why } = told
  if (!('content' in told)) return { why, text: undefined, files: {} }
  const text = kind.render(told.content, transport)
  if (told.kind !== 'boot') return { why, text, files: {} }
  const { leftOut = [], parts = [], files } = told.with
  const initrds = parts.slice(1).map(({ path }) => basename(path))
  const line = { image: told.content.image, leftOut, initrds }
  lost.push(...lossesOf(line, kind, transport, host?.arch ?? arch))
  return { why, text, files }
}

function loaderOf(rehearsed: RehearsalWorld, mac: Mac, arch: Arch, network: Network): OwnLoader {
  const host = rehearsed.world.hostOf(mac)
  const settings = host ? (knownTo(rehearsed, host).settings ?? {}) : {}
  return ownLoader({ mac, arch: host?.arch ?? arch }, settings, rehearsed.world.site(network))
}

async function tftp(world: World, name: string): Promise<{ size: number } | { refused: Reason }> {
  const { assets, assetRoots } = world.config()
  const path = world.loaders().get(name)
  const roots = [join(assets, 'loaders'), assets]
  const places = { roots, allowedRoots: assetRoots }
  const files = openFiles(path === undefined ? places : { roots: [join(path, '..')] }, 1 << 20)
  const file = await files.open(name, { address: unspecified, port: 0 })
  if ('refused' in file) return { refused: file.why }
  file.close()
  return { size: file.size }
}

function bookOf(leases: ReadonlyMap<Ipv4, Lease>): LeaseBook {
  const all = () => [...leases.values()]
  const holds = ({ state, end }: Lease, now: number) => state !== 'released' && end > now
  return {
    byAddress: address => leases.get(address),
    byMac: (network, mac) =>
      all()
        .filter(l => l.mac === mac && l.network === network && l.holder !== 'apart')
        .toSorted((a, b) => b.start - a.start)[0],
    apart: mac => all().filter(lease => lease.mac === mac && lease.holder === 'apart'),
    known: () => createAddressSet(leases.keys()),
    held: now => createAddressSet(all().flatMap(l => (holds(l, now) ? [l.address] : []))),
    declined: () => [],
    ended: (network, now) =>
      all().flatMap(l => (l.network === network && !holds(l, now) ? [l.address] : [])),
  }
}
