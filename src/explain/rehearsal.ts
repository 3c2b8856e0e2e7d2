import { basename, join } from 'node:path'
import type { Arch } from '../boot/arch.ts'
import type { KnownHost } from '../boot/decide.ts'
import type { Host, Network } from '../boot/host.ts'
import { knownOf } from '../boot/known-host.ts'
import type { Lease } from '../boot/lease.ts'
import { type HostState, isRunning } from '../boot/life.ts'
import { lossesOf } from '../boot/loaders/command-line.ts'
import { type OwnLoader, ownLoader } from '../boot/loaders/own.ts'
import type { Reason } from '../boot/reason.ts'
import type { NetworkSettings } from '../config/config.ts'
import { handle } from '../dhcp/handle.ts'
import { changeOffers, createOffers, type LeaseBook } from '../dhcp/lease.ts'
import type { Arrival } from '../dhcp/network.ts'
import type { Outcome } from '../dhcp/outcome.ts'
import { answer, answerIfInstalled } from '../install/answer.ts'
import type { Question } from '../install/boot-facts.ts'
import { settle } from '../system/interfaces.ts'
import { openFiles } from '../tftp/files.ts'
import {
  formatIpv4,
  type Ipv4,
  type Mac,
  type Subnet,
  subnetContains,
  subnetOf,
  unspecified,
} from '../wire/address.ts'
import { createAddressSet } from '../wire/address-set.ts'
import type { DhcpPacket } from '../wire/dhcp-packet.ts'
import type { World } from '../world/world.ts'
import { assume } from './assumed.ts'

/** What a machine gets when it asks for its script. */
export interface ScriptShown {
  readonly why: Reason
  /** 404 where there is none. */
  readonly text: string | undefined
  /** The answer files that the script names, rendered. */
  readonly files: Readonly<Record<string, string>>
}

/** The answers of a daemon with this config, all hosts in one state: nothing is sent, nothing is kept. */
export function createRehearsal(world: World, state: HostState) {
  const networks = networksOf(world)
  const leases = new Map<Ipv4, Lease>()
  const offers = createOffers()

  const assumption = assume(world, state)
  const lost: string[] = []
  const known = (host: Host): KnownHost =>
    knownOf(host, assumption.life(host), assumption.install(host)?.spec.profile)

  const assumed = networks
    .filter(({ name }) => isAssumed(name, world))
    .map(({ name, serverAddress }) => {
      return `network ${name} is not up on this machine: our address there is taken to be ${formatIpv4(serverAddress)}`
    })

  return {
    networks,
    /** Sentences about what the scripts that were asked for lose on their way to the kernel. */
    lost: lost as readonly string[],
    /** Sentences about addresses that this machine does not have and the config does not say. */
    assumed,

    /** One DHCP packet. A lease that comes of it is remembered for the next. */
    dhcp(packet: DhcpPacket, arrival: Arrival, now = Date.now()): Outcome {
      const deps = {
        networks: () => networks,
        host(mac: Mac) {
          const host = world.hostOf(mac)
          return host && { host, known: known(host) }
        },
        site: world.site,
        reservedFor: world.reservedFor,
        reserved: world.reserved,
        leases: bookOf(leases),
        offers,
        httpPort: world.config().http.port,
      }
      const outcome = handle(packet, arrival, deps, now)
      changeOffers(offers, outcome, now)
      if (outcome.lease) leases.set(outcome.lease.address, outcome.lease)
      return outcome
    },

    /** The script of a machine, or the config that its loader asks for. */
    async script(
      mac: Mac,
      network: Network,
      { kind, transport }: OwnLoader,
      arch: Arch,
    ): Promise<ScriptShown> {
      const host = world.hostOf(mac)
      await assumption.verified(host)
      const question: Question = {
        ...{ mac, address: unspecified, loader: kind },
        place: world.place(network),
        site: world.site(network),
        unknown: world.unknownHosts(network),
      }
      const facts = assumption.facts(question)
      // Where no install could have been asked for, that is the answer.
      const asks = host && isRunning(assumption.life(host)) && !assumption.install(host)
      const { told } = asks ? answerIfInstalled(host, question, facts) : answer(question, facts)
      const { why } = told
      if (!('content' in told)) return { why, text: undefined, files: {} }
      const files = told.kind === 'boot' ? told.with.files : {}
      if (told.kind === 'boot') {
        const { leftOut = [], parts = [] } = told.with
        const initrds = parts.slice(1).map(({ path }) => basename(path))
        const line = { image: told.content.image, leftOut, initrds }
        lost.push(...lossesOf(line, kind, transport, host?.arch ?? arch))
      }
      return { why, text: kind.render(told.content, transport), files }
    },

    /** The loader that a machine of this arch is given. */
    loaderOf(mac: Mac, arch: Arch, network: Network): OwnLoader {
      const host = world.hostOf(mac)
      const ways = host ? (known(host).ways ?? {}) : {}
      return ownLoader({ mac, arch: host?.arch ?? arch }, ways, world.site(network))
    },

    /** The file behind a name in a TFTP request: its size, or why there is none. */
    async tftp(name: string): Promise<{ size: number } | { refused: Reason }> {
      const { assets, assetRoots } = world.config()
      const path = world.loaders().get(name)
      const roots = [join(assets, 'loaders'), assets]
      const places = { roots, allowedRoots: assetRoots }
      const files = openFiles(path === undefined ? places : { roots: [join(path, '..')] }, 1 << 20)
      const file = await files.open(name, { address: unspecified, port: 0 })
      if ('refused' in file) return { refused: file.why }
      file.close()
      return { size: file.size }
    },
  }
}

export type Rehearsal = ReturnType<typeof createRehearsal>

/** All networks; one whose interface is not up on this machine gets an address that fits its range. */
function networksOf(world: World): readonly Network[] {
  const found = new Map(world.networks().map(network => [network.name, network]))
  return world.config().networks.flatMap(settings => {
    const settled = found.get(settings.name)
    if (settled) return settled
    const { interface: _, ...rest } = settings
    const { base, prefix } = exampleSubnet(settings)
    const serverAddress = settings.serverAddress ?? ((base + 1) as Ipv4)
    const example = { interface: 'example', address: serverAddress, prefix, loopback: false }
    const made = settle({ ...rest, serverAddress }, [example])
    return made.ok ? made.network : []
  })
}

function isAssumed(name: string, world: World): boolean {
  const stated = world.config().networks.find(network => network.name === name)?.serverAddress
  return stated === undefined && !world.networks().some(network => network.name === name)
}

/** The smallest subnet from /24 up that holds what is leased; 192.0.2.0/24 is for examples (RFC 5737). */
function exampleSubnet({ subnet, range, serverAddress }: NetworkSettings): Subnet {
  if (subnet) return subnet
  const first = range?.from ?? serverAddress ?? (0xc0000200 as Ipv4)
  let prefix = 24
  while (range && !subnetContains(subnetOf(first, prefix), range.to)) prefix -= 1
  return subnetOf(first, prefix)
}

function bookOf(leases: ReadonlyMap<Ipv4, Lease>): LeaseBook {
  const all = () => [...leases.values()]
  const holds = ({ state, end }: Lease, now: number) => state !== 'released' && end > now
  return {
    byAddress: address => leases.get(address),
    byMac: (network, mac) =>
      all()
        .filter(lease => lease.mac === mac && lease.network === network)
        .toSorted((a, b) => b.start - a.start)[0],
    known: () => createAddressSet(leases.keys()),
    held: now => createAddressSet(all().flatMap(l => (holds(l, now) ? [l.address] : []))),
    declined: () => [],
    ended: (network, now) =>
      all().flatMap(l => (l.network === network && !holds(l, now) ? [l.address] : [])),
  }
}
