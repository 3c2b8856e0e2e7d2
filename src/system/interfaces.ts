import { networkInterfaces } from 'node:os'
import type { NetworkWith4 } from '../boot/network-address.ts'
import type { NetworkSettings } from '../config/config.ts'
import {
  formatIpv4,
  formatSubnet,
  type Ipv4,
  parseIpv4,
  subnetContains,
  subnetOf,
} from '../wire/address.ts'

/** An IPv4 address of this machine. */
export interface OwnAddress {
  readonly interface: string
  readonly address: Ipv4
  readonly prefix: number
  readonly loopback: boolean
}

/** The IPv4 addresses that this machine has now. */
export function ownAddresses(): OwnAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.flatMap(({ family, address, cidr, internal }) => {
      const ip = parseIpv4(address)
      if (family !== 'IPv4' || ip === undefined) return []
      const prefix = Number(cidr?.split('/')[1] ?? 32)
      return { interface: name, address: ip, prefix, loopback: internal }
    }),
  )
}

/** A network that can be served now, or the sentence that says what it waits for. */
export type Settled =
  | { readonly ok: true; readonly network: NetworkWith4 }
  | { readonly ok: false; readonly name: string; readonly waits: string }

/** Completes a network's settings with what the machine's interfaces say. Pure. */
export function settle(settings: NetworkSettings, own: readonly OwnAddress[]): Settled {
  const { rivals: _, subnet: written, serverAddress: stated, ipv6: _ipv6, ...rest } = settings
  const found = chooseAddress(settings, own)
  if ('waits' in found) return { ok: false, name: settings.name, waits: found.waits }
  const subnet = written ?? subnetOf(found.address, found.prefix)
  return {
    ok: true,
    network: {
      ...rest,
      subnet,
      serverAddress: stated ?? found.address,
      interface: settings.interface ?? found.interface,
    },
  }
}

function chooseAddress(
  settings: NetworkSettings,
  own: readonly OwnAddress[],
): OwnAddress | { waits: string } {
  const { serverAddress, subnet } = settings
  if (serverAddress !== undefined) {
    const exact = own.find(({ address }) => address === serverAddress)
    const text = formatIpv4(serverAddress)
    return exact ?? { waits: `no interface has the serverAddress ${text} yet` }
  }
  if (settings.interface !== undefined) {
    const name = settings.interface
    const onIt = own.filter(address => address.interface === name)
    const fits = onIt.find(({ address }) => !subnet || subnetContains(subnet, address))
    return (
      fits ?? {
        waits: `interface ${name} has no IPv4 address${subnet ? ` in ${formatSubnet(subnet)}` : ''} yet`,
      }
    )
  }
  const candidates = own.filter(
    ({ loopback, address }) => !loopback && (!subnet || subnetContains(subnet, address)),
  )
  const [only, ...others] = candidates
  if (!only) return { waits: 'no interface has a fitting IPv4 address yet' }
  if (others.length === 0) return only
  const names = candidates.map(c => `${c.interface} (${formatIpv4(c.address)})`).join(', ')
  return { waits: severalNetworks(names) }
}

/** What a network waits for that could be one of several. */
export function severalNetworks(names: string): string {
  return `the machine has several networks: say which with interface: one of ${names}`
}
