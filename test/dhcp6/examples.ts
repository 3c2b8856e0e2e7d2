import type { KnownHost, Site } from '../../src/boot/decide.ts'
import type { Host, Network6 } from '../../src/boot/host.ts'
import { type Lease6, latestOf6 } from '../../src/boot/lease6.ts'
import type { NetworkWith6 } from '../../src/boot/network-address.ts'
import { written } from '../../src/boot/reason.ts'
import { handle6 } from '../../src/dhcp6/handle.ts'
import { createOffers6, type Offers6 } from '../../src/dhcp6/lease.ts'
import type { Arrival6 } from '../../src/dhcp6/network.ts'
import type { Dhcp6Deps, Outcome6 } from '../../src/dhcp6/outcome.ts'
import { messageType6, option6 } from '../../src/wire/dhcp6-codes.ts'
import { type Dhcp6Option, type Dhcp6Packet, option6Of } from '../../src/wire/dhcp6-packet.ts'
import {
  duidOfUuid,
  iaAddressOfBytes,
  iaAddressToOption,
  iaNaOfBytes,
  iaNaToOption,
} from '../../src/wire/dhcp6-values.ts'
import { type Ipv6, parseIpv6, parseRange6, parseSubnet6 } from '../../src/wire/ipv6.ts'
import { loaders, mac, network } from '../dhcp/examples.ts'
import { captured6 } from '../packets6.ts'

export const now = Date.UTC(2026, 10, 20, 12)

export function ip6(text: string): Ipv6 {
  const address = parseIpv6(text)
  if (address === undefined) throw new Error(`not an address: ${text}`)
  return address
}

export function network6(
  more: Partial<NetworkWith6> = {},
  six: Partial<Network6> = {},
): NetworkWith6 {
  const subnet = parseSubnet6('2001:db8:77::/64')
  const range = parseRange6('2001:db8:77::100-2001:db8:77::1ff')
  if (!subnet || !range) throw new Error('unreachable')
  const ipv6 = {
    subnet,
    serverAddress: ip6('2001:db8:77::1'),
    mode: 'server',
    range,
    dns: [],
  } as const
  return { ...network({ interface: 'br0' }), ...more, ipv6: { ...ipv6, ...six } }
}

export function host6(name: string, hardware: string, address6?: string): Host {
  const nic = { mac: mac(hardware), ...(address6 ? { address6: ip6(address6) } : {}) }
  return { name, nics: [nic], tags: [], vars: {} }
}

export const ourDuid = duidOfUuid('00112233-4455-6677-8899-aabbccddeeff')
/** The machines of the captures. */
export const system = '52:54:00:99:00:01'
export const firmware = '52:54:00:12:34:58'

interface Place6 {
  readonly networks?: readonly NetworkWith6[]
  readonly hosts?: readonly { readonly host: Host; readonly due?: boolean }[]
  readonly unknown?: Site['unknown']
}

export interface World6 {
  readonly deps: Dhcp6Deps & { readonly offers: Offers6 }
  readonly leases: Map<Ipv6, Lease6>
  /** Handles a packet and changes what it changes. */
  send(packet: Dhcp6Packet, more?: { arrival?: Partial<Arrival6>; at?: number }): Outcome6
}

/** Everything around `handle6`, as lambdas over plain maps. */
export function world6(place: Place6 = {}): World6 {
  const networks = place.networks ?? [network6()]
  const hosts = place.hosts ?? []
  const leases = new Map<Ipv6, Lease6>()
  const offers = createOffers6()
  const nics = hosts.flatMap(({ host }) => host.nics)
  const known = (name: string, due = false): KnownHost => {
    return { name, due, why: written(`${name} ${due ? 'has an install pending' : 'is idle'}`) }
  }
  const deps: World6['deps'] = {
    networks: () => networks,
    host: hardware => {
      const found = hosts.find(({ host }) => host.nics.some(nic => nic.mac === hardware))
      return found && { host: found.host, known: known(found.host.name, found.due) }
    },
    site: () => ({ unknown: place.unknown ?? 'ignore', loaders }),
    reservedFor: address => {
      const macs = nics.filter(nic => nic.address6 === address).map(nic => nic.mac)
      return macs.length > 0 ? macs : undefined
    },
    leases: {
      byAddress: address => leases.get(address),
      byClient: (name, who) => latestOf6(leases.values(), name, who),
    },
    offers,
    serverDuid: ourDuid,
    httpPort: 8080,
  }
  return {
    deps,
    leases,
    send(packet, { arrival = {}, at = now } = {}) {
      const source = ip6('fe80::5054:ff:fe99:1')
      const outcome = handle6(packet, { source, port: 546, interface: 'br0', ...arrival }, deps, at)
      if (outcome.hold) offers.hold(outcome.hold, at)
      for (const lease of outcome.leases ?? []) {
        leases.set(lease.address, lease)
        offers.drop(lease.network, lease)
      }
      return outcome
    },
  }
}

export interface Change6 {
  readonly asked?: keyof typeof messageType6
  /** Of the first IA_NA; none takes it away. */
  readonly addresses?: readonly string[]
  readonly iaid?: number
  /** `undefined` takes an option away, else it is put in its place. */
  readonly options?: Readonly<Record<number, Uint8Array | undefined>>
}

/** A captured packet with some things changed. A REQUEST and the like names us as its server. */
export function like6(capture: string, change: Change6 = {}): Dhcp6Packet {
  const packet = captured6(capture)
  const type = change.asked ? messageType6[change.asked] : packet.type
  const toOne = [3, 5, 8, 9].includes(type)
  const server = toOne ? ourDuid : undefined
  const wanted = { [option6.serverId]: server, ...change.options }
  const kept = packet.options
    .filter(([code]) => !(code in wanted))
    .map(option => withIa(option, change))
  const added = Object.entries(wanted).flatMap(([code, value]): Dhcp6Option[] =>
    value ? [[Number(code), value]] : [],
  )
  return { ...packet, type, options: [...kept, ...added] }
}

function withIa(option: Dhcp6Option, { addresses, iaid }: Change6): Dhcp6Option {
  if (option[0] !== option6.iaNa) return option
  const ia = iaNaOfBytes(option[1])
  const options = addresses?.map(text =>
    iaAddressToOption({ address: ip6(text), preferred: 0, valid: 0 }),
  )
  return iaNaToOption({ ...ia, iaid: iaid ?? ia.iaid, options: options ?? ia.options })
}

/** An outcome in a line: `reply 2001:db8::5 3600`, `reply status 4`, or the reason for silence. */
export function told6(outcome: Outcome6): string {
  if (outcome.kind === 'none') return outcome.reason
  const { options } = outcome.reply
  const statusIn = (area: readonly Dhcp6Option[]) => {
    const value = option6Of(area, option6.statusCode)
    return value ? [`status ${value[1]}`] : []
  }
  const parts = options
    .filter(([code]) => code === option6.iaNa)
    .flatMap(([, value]) => {
      const ia = iaNaOfBytes(value)
      const given = ia.options.filter(([code]) => code === option6.iaAddress)
      const addresses = given.map(([, bytes]) => iaAddressOfBytes(bytes))
      return [
        ...addresses.map(({ address, valid }) => `${address} ${valid}`),
        ...statusIn(ia.options),
      ]
    })
  return [outcome.said, ...statusIn(options), ...parts].join(' ')
}
