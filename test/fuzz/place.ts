import type { NetworkWith4 } from '../../src/boot/network-address.ts'
import type { Arrival } from '../../src/dhcp/network.ts'
import { parseRange, parseSubnet } from '../../src/wire/address.ts'
import { host, ip, mac, network, type World, world } from '../dhcp/examples.ts'
import type { Random } from './random.ts'

/** Two networks and three hosts, of which `due` gets its installer. Strangers get nothing to boot. */
export function createPlace(mode: NetworkWith4['mode']): World {
  return world({ networks: networks(mode), hosts, unknown: 'ignore' })
}

export const due = mac('52:54:00:00:00:01')
const idle = mac('52:54:00:00:00:02')
const unreserved = mac('52:54:00:00:00:03')

const hosts = [
  { host: host('due', due, '10.77.0.20'), due: true },
  { host: host('idle', idle, '10.77.0.21') },
  { host: host('unreserved', unreserved) },
]

/** One on our link, with a few addresses only, and one behind a relay. */
function networks(mode: NetworkWith4['mode']): NetworkWith4[] {
  const [subnet, range] = [parseSubnet('10.99.0.0/24'), parseRange('10.99.0.60-10.99.0.90')]
  const [few, here] = [parseRange('10.77.0.49-10.77.0.80'), 'br0']
  if (!subnet || !range || !few) throw new Error('unreachable')
  const near = network({ mode, range: few, rapidCommit: true, interface: here })
  return [near, network({ name: 'far', mode, subnet, range, router: ip('10.99.0.1') })]
}

/** The ways that a packet can come by. */
export function anyArrival(random: Random, { deps }: World): Arrival {
  const [near] = deps.networks()
  const broadcast = random.oneIn(2)
  const port = random.oneIn(3) ? 'proxy' : 'dhcp'
  const from = random.pick(['0.0.0.0', '10.77.0.60', '10.99.0.1', '10.77.0.2'])
  const source = { address: ip(from), port: random.pick([68, 67, 4011, 40_000]) }
  const known = near && (broadcast || random.oneIn(2)) ? { network: near } : {}
  return { broadcast: broadcast && port === 'dhcp', port, source, serverPort: 67, ...known }
}
