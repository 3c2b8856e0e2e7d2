import type { Network, Network6 } from '../boot/host.ts'
import { serverAddressesOf } from '../boot/network-address.ts'
import type { Network6Settings, NetworkSettings } from '../config/config.ts'
import { hasIpv6Alone } from '../config/networks6.ts'
import { settle } from '../system/interfaces.ts'
import { type Ipv4, type Subnet, subnetContains, subnetOf, unspecified } from '../wire/address.ts'
import { formatIpAddress } from '../wire/ip-address.ts'
import { type Ipv6, ipv6OfNumber, ipv6ToNumber, subnet6Of } from '../wire/ipv6.ts'
import { withoutIpv4 } from '../world/settle-networks.ts'
import type { World } from '../world/world.ts'

/** All networks; one whose interface is not up on this machine gets an address that fits its range. */
export function networksOf(world: World): readonly Network[] {
  const found = new Map(world.networks().map(network => [network.name, network]))
  return world.config().networks.flatMap(settings => {
    const settled = found.get(settings.name)
    if (settled) return settled
    const { interface: _, ipv6, ...rest } = settings
    if (ipv6 && hasIpv6Alone(settings)) {
      return { ...withoutIpv4(settings), interface: 'example', ipv6: example6(ipv6) }
    }
    const { base, prefix } = exampleSubnet(settings)
    const serverAddress = settings.serverAddress ?? ((base + 1) as Ipv4)
    const example = { interface: 'example', address: serverAddress, prefix, loopback: false }
    const made = settle({ ...rest, serverAddress }, [example])
    if (!made.ok) return []
    return ipv6 ? { ...made.network, ipv6: example6(ipv6) } : made.network
  })
}

/** In IPv6 as the config says, else with addresses that are for examples (RFC 3849). */
function example6(settings: Network6Settings): Network6 {
  const { range, serverAddress } = settings
  const first = range?.from ?? serverAddress ?? ('2001:db8::1' as Ipv6)
  const subnet = settings.subnet ?? subnet6Of(first, 64)
  const one = ipv6OfNumber(ipv6ToNumber(subnet.base) + 1n)
  return { ...settings, subnet, serverAddress: serverAddress ?? one }
}

/** Sentences about addresses that this machine does not have and the config does not say. */
export function assumedOf(world: World, networks: readonly Network[]): string[] {
  const found = new Set(world.networks().map(({ name }) => name))
  const stated = new Set(
    world
      .config()
      .networks.flatMap(({ name, serverAddress, ipv6 }) =>
        (serverAddress ?? ipv6?.serverAddress) ? [name] : [],
      ),
  )
  return networks
    .filter(({ name }) => !found.has(name) && !stated.has(name))
    .map(network => {
      const [address = unspecified] = serverAddressesOf(network)
      return `network ${network.name} is not up on this machine: our address there is taken to be ${formatIpAddress(address)}`
    })
}

/** The smallest subnet from /24 up that holds what is leased; 192.0.2.0/24 is for examples (RFC 5737). */
function exampleSubnet({ subnet, range, serverAddress }: NetworkSettings): Subnet {
  if (subnet) return subnet
  const first = range?.from ?? serverAddress ?? (0xc0000200 as Ipv4)
  let prefix = 24
  while (range && !subnetContains(subnetOf(first, prefix), range.to)) prefix -= 1
  return subnetOf(first, prefix)
}
