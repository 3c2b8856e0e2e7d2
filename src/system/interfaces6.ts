import { networkInterfaces } from 'node:os'
import type { Network, Network6 } from '../boot/host.ts'
import type { Network6Settings } from '../config/config.ts'
import {
  block6Contains,
  formatSubnet6,
  type Ipv6,
  isLinkLocal,
  parseIpv6,
  subnet6Of,
} from '../wire/ipv6.ts'
import { severalNetworks } from './interfaces.ts'
import { readProc } from './proc.ts'

/** An IPv6 address of this machine that is not of one link only. */
export interface OwnAddress6 {
  readonly interface: string
  readonly address: Ipv6
  readonly prefix: number
  /** It goes away by itself: a privacy address (RFC 8981), or one that is deprecated (RFC 4862 section 5.5.4). */
  readonly passing?: boolean
}

/** Bits of the flags in /proc/net/if_inet6 (linux/if_addr.h): nobody can use an address with one of the first two. */
const flags = { failedDad: 0x08, tentative: 0x40, temporary: 0x01, deprecated: 0x20 }

/** The IPv6 addresses that this machine can use now, without those of one link and its own. */
export function ownAddresses6(): OwnAddress6[] {
  const flagsNow = flagsIn(readProc('/proc/net/if_inet6'))
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.flatMap(({ family, address, cidr, internal }) => {
      const ip = parseIpv6(address)
      if (family !== 'IPv6' || internal || ip === undefined || isLinkLocal(ip)) return []
      const its = flagsNow.get(ip) ?? 0
      if (its & (flags.failedDad | flags.tentative)) return []
      const passing = Boolean(its & (flags.temporary | flags.deprecated))
      return { interface: name, address: ip, prefix: Number(cidr?.split('/')[1] ?? 128), passing }
    }),
  )
}

/** The flags of each address in the text of /proc/net/if_inet6: `address index prefix scope flags name`, in hex. Pure. */
export function flagsIn(text: string): ReadonlyMap<Ipv6, number> {
  return new Map(
    text.split('\n').flatMap((line): [Ipv6, number][] => {
      const [hex = '', , , , bits = ''] = line.split(/ +/)
      const ip = parseIpv6(hex.replace(/(.{4})(?=.)/g, '$1:'))
      return ip === undefined ? [] : [[ip, Number.parseInt(bits, 16)]]
    }),
  )
}

/** What a network is in IPv6 now, or the sentence that says what that waits for. */
export type Settled6 =
  | { readonly ok: true; readonly ipv6: Network6; readonly interface: string }
  | { readonly ok: false; readonly waits: string }

/** Completes the IPv6 settings of a network with what its interface says. Pure. */
export function settle6(
  settings: Network6Settings,
  { interface: device }: Pick<Network, 'interface'>,
  own: readonly OwnAddress6[],
): Settled6 {
  const { subnet, serverAddress } = settings
  if (serverAddress !== undefined) {
    const exact = own.find(({ address }) => address === serverAddress)
    if (exact) return ready(settings, exact)
    return { ok: false, waits: `no interface has the serverAddress6 ${serverAddress} yet` }
  }
  const fitting = own
    .filter(one => (device === undefined || one.interface === device) && !one.passing)
    .filter(({ address }) => !subnet || block6Contains(subnet, address))
  const [found] = fitting
  const devices = [...new Set(fitting.map(one => one.interface))]
  if (found && devices.length === 1) return ready(settings, found)
  if (found) return { ok: false, waits: severalNetworks(devices.join(', ')) }
  const where = subnet ? ` in ${formatSubnet6(subnet)}` : ''
  const who = device === undefined ? 'no interface has an' : `interface ${device} has no`
  return { ok: false, waits: `${who} IPv6 address${where} yet` }
}

function ready(settings: Network6Settings, found: OwnAddress6): Settled6 {
  const { address, prefix } = found
  const { subnet = subnet6Of(address, prefix) } = settings
  const ipv6 = { ...settings, subnet, serverAddress: address }
  return { ok: true, ipv6, interface: found.interface }
}
