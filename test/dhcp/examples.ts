import type { KnownHost, Site } from '../../src/boot/decide.ts'
import type { Host } from '../../src/boot/host.ts'
import type { Lease } from '../../src/boot/lease.ts'
import type { NetworkWith4 } from '../../src/boot/network-address.ts'
import { written } from '../../src/boot/reason.ts'
import { handle } from '../../src/dhcp/handle.ts'
import { changeOffers, createOffers, type LeaseBook, type Offers } from '../../src/dhcp/lease.ts'
import type { Arrival } from '../../src/dhcp/network.ts'
import type { DhcpDeps, Outcome } from '../../src/dhcp/outcome.ts'
import {
  type Ipv4,
  ipv4ToBytes,
  type Mac,
  macToBytes,
  parseIpv4,
  parseMac,
  parseRange,
  parseSubnet,
} from '../../src/wire/address.ts'
import { createAddressSet } from '../../src/wire/address-set.ts'
import { type MessageName, messageType, option } from '../../src/wire/dhcp-codes.ts'
import type { DhcpPacket } from '../../src/wire/dhcp-packet.ts'
import { captured } from '../packets.ts'

export const now = Date.UTC(2026, 10, 20, 12)

export function ip(text: string): Ipv4 {
  const address = parseIpv4(text)
  if (address === undefined) throw new Error(`not an address: ${text}`)
  return address
}

export function mac(text: string): Mac {
  const found = parseMac(text)
  if (found === undefined) throw new Error(`not a MAC: ${text}`)
  return found
}

export function network(more: Partial<NetworkWith4> = {}): NetworkWith4 {
  const subnet = parseSubnet('10.77.0.0/24')
  const range = parseRange('10.77.0.50-10.77.0.150')
  if (!subnet || !range) throw new Error('unreachable')
  return {
    name: 'rack',
    subnet,
    serverAddress: ip('10.77.0.1'),
    mode: 'server',
    range,
    leaseTo: 'all',
    router: ip('10.77.0.254'),
    dns: [ip('10.77.0.1'), ip('9.9.9.9')],
    domain: 'lab.example',
    leaseSeconds: 3600,
    trust: 'lease',
    ...more,
  }
}

export function host(name: string, hardware: Mac, address?: string): Host {
  const nic = { mac: hardware, ...(address ? { address: ip(address) } : {}) }
  return { name, nics: [nic], tags: [], vars: {} }
}

export const loaders: Site['loaders'] = new Map([
  ['bios', 'undionly.kpxe'],
  ['x64-efi', 'ipxe.efi'],
  ['arm64-efi', 'ipxe-arm64.efi'],
  ['rpi', 'bootcode.bin'],
  ['arm64-uboot', 'ipxe-arm64.efi'],
])

export interface World {
  readonly deps: DhcpDeps & { readonly offers: Offers }
  readonly offers: Offers
  readonly leases: Map<Ipv4, Lease>
  /** Handles a packet and changes what it changes. */
  send(packet: DhcpPacket, more?: { arrival?: Partial<Arrival>; at?: number }): Outcome
}

export interface Place {
  readonly networks?: readonly NetworkWith4[]
  readonly hosts?: readonly { readonly host: Host; readonly due?: boolean }[]
  readonly unknown?: Site['unknown']
  readonly loaders?: Site['loaders']
  readonly profile?: Site['profile']
  /** Whether no lease can be kept. */
  away?(): boolean
}

/** Everything around `handle`, as lambdas over plain maps. */
export function world(place: Place = {}): World {
  const networks = place.networks ?? [network()]
  const hosts = place.hosts ?? []
  const leases = new Map<Ipv4, Lease>()
  const offers = createOffers()
  const nics = hosts.flatMap(({ host }) => host.nics)
  const known = (name: string, due = false): KnownHost => ({
    name,
    due,
    why: written(`${name} ${due ? 'has an install pending' : 'is idle'}`),
  })
  const deps: World['deps'] = {
    networks: () => networks,
    host: (hardware, client) => {
      const found = hosts.find(
        ({ host }) =>
          host.nics.some(nic => nic.mac === hardware) || (host.uuid && host.uuid === client?.uuid),
      )
      return found && { host: found.host, known: known(found.host.name, found.due) }
    },
    reserved: () => createAddressSet(nics.flatMap(({ address }) => address ?? [])),
    site: () => ({
      unknown: place.unknown ?? 'ignore',
      loaders: place.loaders ?? loaders,
      ...(place.profile ? { profile: place.profile } : {}),
    }),
    reservedFor: address => {
      const macs = nics.filter(nic => nic.address === address).map(nic => nic.mac)
      return macs.length > 0 ? macs : undefined
    },
    leases: bookOf(leases),
    away: () => place.away?.() ?? false,
    offers,
    httpPort: 8080,
  }
  return {
    deps,
    offers,
    leases,
    send(packet, { arrival = {}, at = now } = {}) {
      const first = networks.length === 1 ? networks[0] : undefined
      const from: Arrival = {
        broadcast: true,
        port: 'dhcp',
        source: { address: ip('0.0.0.0'), port: 68 },
        serverPort: 67,
        ...(first ? { network: first } : {}),
        ...arrival,
      }
      const outcome = handle(packet, from, deps, at)
      changeOffers(offers, outcome, at)
      if (outcome.lease) leases.set(outcome.lease.address, outcome.lease)
      return outcome
    },
  }
}

/** A lease book over a plain map. */
export function bookOf(leases: ReadonlyMap<Ipv4, Lease>): LeaseBook {
  const all = () => [...leases.values()]
  const holds = ({ state, end }: Lease, at: number) => state !== 'released' && end > at
  return {
    byAddress: address => leases.get(address),
    byMac: (name, hardware) =>
      all()
        .filter(l => l.mac === hardware && l.network === name && l.holder !== 'apart')
        .sort((a, b) => b.start - a.start)[0],
    apart: hardware => all().filter(l => l.mac === hardware && l.holder === 'apart'),
    known: () => createAddressSet(leases.keys()),
    held: at => createAddressSet(all().flatMap(l => (holds(l, at) ? [l.address] : []))),
    declined: name =>
      all()
        .filter(({ network, state }) => network === name && state === 'declined')
        .sort((a, b) => a.start - b.start)
        .map(({ address }) => address),
    ended: (name, at) =>
      all()
        .filter(lease => lease.network === name && !holds(lease, at))
        .sort((a, b) => a.end - b.end)
        .map(({ address }) => address),
  }
}

export interface Change extends Partial<Omit<DhcpPacket, 'options' | 'chaddr'>> {
  readonly asked?: MessageName
  readonly mac?: Mac
  /** `undefined` takes an option away. */
  readonly options?: Readonly<Record<number, Uint8Array | undefined>>
}

/** A captured packet with some things changed. */
export function like(capture: string, { asked, mac: hardware, options, ...fields }: Change = {}) {
  const packet = captured(capture)
  const map = new Map(packet.options)
  if (asked) map.set(option.messageType, Uint8Array.of(messageType[asked]))
  for (const [code, value] of Object.entries(options ?? {})) {
    if (value) map.set(Number(code), value)
    else map.delete(Number(code))
  }
  const chaddr = new Uint8Array(16)
  chaddr.set(hardware ? macToBytes(hardware) : packet.chaddr.subarray(0, 6))
  return { ...packet, ...fields, chaddr, options: map } satisfies DhcpPacket
}

/** The bytes of an address option. */
export function bytesOf(address: string): Uint8Array {
  return ipv4ToBytes(ip(address))
}
