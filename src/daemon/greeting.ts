import type { Log } from '../base/log.ts'
import { serverUrl } from '../base/server-url.ts'
import type { Network } from '../boot/host.ts'
import { hasIpv4 } from '../boot/network-address.ts'
import { type HandedOver, untiedOf } from '../system/handed-over.ts'
import { whyCrowded } from '../system/neighbour-room.ts'
import { formatIpv4, formatSubnet } from '../wire/address.ts'
import { formatSubnet6 } from '../wire/ipv6.ts'
import type { World } from '../world/world.ts'
import { httpAddresses } from './doors/http-doors.ts'

/** What is odd about sockets that were opened for us. */
export function tellHandedOver(
  handedOver: readonly HandedOver[],
  unknown: readonly string[],
  log: Log,
): void {
  for (const name of unknown) log.warn(`the socket ${name} was handed over and is not used`)
  for (const name of handedOver.length > 0 ? untiedOf(handedOver) : []) {
    log.warn(`the sockets for ${name} are not tied to it: set BindToDevice=${name} in their units`)
  }
}

/**
 * Says at start what is served where and what is not, and how to get at the page: all that a newcomer
 * asks next.
 */
export function greet(world: World, log: Log): void {
  const config = world.config()
  const crowded = whyCrowded(config.hostByMac.size)
  for (const line of [
    ...world.waiting().map(({ line }) => line),
    ...world.missingLoaders(),
    ...crowded,
  ])
    log.warn(line)
  const served = new Map(world.networks().map(network => [network.name, network]))
  for (const { name, interface: device } of config.networks) {
    const network = served.get(name)
    if (!network) continue
    const on = network.interface ?? device
    for (const { mode, deed, subnet, address } of servedOf(network)) {
      log.info(
        { network: name, mode, interface: on, subnet, address },
        `network ${name}: ${deed}, ${subnet}${on === undefined ? '' : ` on ${on}`}, as ${address}`,
      )
    }
  }
  const { allow, tokenFile } = config.admin
  for (const url of pageUrls(world)) {
    log.info({ url, allow, tokenFile }, `page and API: ${url}/ for ${allow.join(', ')}`)
  }
  log.info({ tokenFile }, `the token to log in with is in ${tokenFile}`)
}

const deeds = {
  proxy: 'proxyDHCP beside another DHCP server',
  server: 'DHCP server',
  none: 'no DHCP',
} as const

const deeds6 = { ...deeds, server: 'DHCPv6 server', boot: 'beside another DHCPv6 server' } as const

/** What a network is in each family that it has. */
function servedOf(network: Network) {
  const { ipv6 } = network
  const four = hasIpv4(network) && {
    mode: network.mode,
    deed: deeds[network.mode],
    subnet: formatSubnet(network.subnet),
    address: formatIpv4(network.serverAddress),
  }
  const six = ipv6 && {
    mode: ipv6.mode,
    deed: deeds6[ipv6.mode],
    subnet: formatSubnet6(ipv6.subnet),
    address: ipv6.serverAddress,
  }
  return [four, six].flatMap(one => one || [])
}

/** Where HTTP listens: this machine first. */
function pageUrls(world: Pick<World, 'config' | 'networks'>): string[] {
  const { http } = world.config()
  const addresses = httpAddresses(world.config(), world)
  const isHere = (address: string) => address === '127.0.0.1' || address === '::1'
  const sorted = http.address ?? addresses.toSorted((a, b) => Number(isHere(b)) - Number(isHere(a)))
  return sorted.map(address => serverUrl(address, http.port))
}
