import { networkInterfaces } from 'node:os'
import type { Network, Network6 } from '../boot/host.ts'
import type { Network6Settings } from '../config/config.ts'
import {
  formatSubnet6,
  type Ipv6,
  isLinkLocal,
  parseIpv6,
  subnet6Contains,
  subnet6Of,
} from '../wire/ipv6.ts'

/** An IPv6 address of this machine that is not of one link only. */
export interface OwnAddress6 {
  readonly interface: string
  readonly address: Ipv6
  readonly prefix: number
}

/** The IPv6 addresses that this machine has now, without those of one link and its own. */
export function ownAddresses6(): OwnAddress6[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.flatMap(({ family, address, cidr, internal }) => {
      const ip = parseIpv6(address)
      if (family !== 'IPv6' || internal || ip === undefined || isLinkLocal(ip)) return []
      return { interface: name, address: ip, prefix: Number(cidr?.split('/')[1] ?? 128) }
    }),
  )
}

/** What a network is in IPv6 now, or the sentence that says what that waits for. */
export type Settled6 =
  | { readonly ok: true; readonly ipv6: Network6 }
  | { readonly ok: false; readonly waits: string }

/** Completes the IPv6 settings of a network with what its interface says. Pure. */
export function settle6(
  settings: Network6Settings,
  { interface: device = '' }: Pick<Network, 'interface'>,
  own: readonly OwnAddress6[],
): Settled6 {
  const { subnet, serverAddress } = settings
  if (serverAddress !== undefined) {
    const exact = own.find(({ address }) => address === serverAddress)
    if (exact) return ready(settings, exact)
    return { ok: false, waits: `no interface has the serverAddress6 ${serverAddress} yet` }
  }
  const found = own
    .filter(one => one.interface === device)
    .find(({ address }) => !subnet || subnet6Contains(subnet, address))
  if (found) return ready(settings, found)
  const where = subnet ? ` in ${formatSubnet6(subnet)}` : ''
  return { ok: false, waits: `interface ${device} has no IPv6 address${where} yet` }
}

function ready(settings: Network6Settings, { address, prefix }: OwnAddress6): Settled6 {
  const { subnet = subnet6Of(address, prefix) } = settings
  return { ok: true, ipv6: { ...settings, subnet, serverAddress: address } }
}
