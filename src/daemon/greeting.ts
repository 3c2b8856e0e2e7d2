import type { Log } from '../base/log.ts'
import { serverUrl } from '../base/server-url.ts'
import { type HandedOver, untiedOf } from '../system/handed-over.ts'
import { whyCrowded } from '../system/neighbour-room.ts'
import { formatIpv4, formatSubnet } from '../wire/address.ts'
import type { World } from '../world/world.ts'

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
  for (const { name, mode, interface: device } of config.networks) {
    const network = served.get(name)
    if (!network) continue
    const address = formatIpv4(network.serverAddress)
    const subnet = formatSubnet(network.subnet)
    const on = network.interface ?? device
    log.info(
      { network: name, mode, interface: on, subnet, address },
      `network ${name}: ${deeds[mode]}, ${subnet}${on === undefined ? '' : ` on ${on}`}, as ${address}`,
    )
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

/** Where HTTP listens: this machine first. */
function pageUrls(world: Pick<World, 'config' | 'networks'>): string[] {
  const { http } = world.config()
  const own = world.networks().map(({ serverAddress }) => formatIpv4(serverAddress))
  const addresses = http.address ?? ['127.0.0.1', ...own]
  return [...new Set(addresses)].map(address => serverUrl(address, http.port))
}
