import type { Network } from '../boot/host.ts'
import { type Lease6, latestOf6 } from '../boot/lease6.ts'
import { hasIpv6 } from '../boot/network-address.ts'
import type { FoundHost } from '../boot/news.ts'
import { handle6 } from '../dhcp6/handle.ts'
import { createOffers6 } from '../dhcp6/lease.ts'
import type { Arrival6 } from '../dhcp6/network.ts'
import type { Dhcp6Deps, Outcome6 } from '../dhcp6/outcome.ts'
import type { Mac } from '../wire/address.ts'
import type { Dhcp6Packet } from '../wire/dhcp6-packet.ts'
import { duidOfUuid } from '../wire/dhcp6-values.ts'
import type { Ipv6 } from '../wire/ipv6.ts'
import type { World } from '../world/world.ts'

/** Whatever the daemon calls itself there: so that the same packets always get the same answers. */
const exampleDuid = duidOfUuid('00000000-0000-4000-8000-000000000000')

/** What DHCPv6 would be answered: a lease that comes of a packet is remembered for the next. */
export function createRehearsal6(
  world: World,
  networks: readonly Network[],
  host: (mac: Mac) => FoundHost | undefined,
): (packet: Dhcp6Packet, arrival: Arrival6, now: number) => Outcome6 {
  const networks6 = networks.filter(hasIpv6)
  const leases = new Map<Ipv6, Lease6>()
  const offers = createOffers6()
  const deps: Dhcp6Deps = {
    networks: () => networks6,
    host,
    site: world.site,
    reservedFor: world.reservedFor6,
    leases: {
      byAddress: address => leases.get(address),
      byClient: (network, who) => latestOf6(leases.values(), network, who),
    },
    offers,
    serverDuid: exampleDuid,
    httpPort: world.config().http.port,
  }
  return (packet, arrival, now) => {
    const outcome = handle6(packet, arrival, deps, now)
    if (outcome.hold) offers.hold(outcome.hold, now)
    for (const lease of outcome.leases ?? []) {
      leases.set(lease.address, lease)
      offers.drop(lease.network, lease)
    }
    return outcome
  }
}
