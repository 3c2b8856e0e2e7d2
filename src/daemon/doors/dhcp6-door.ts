import { join } from 'node:path'
import type { Network } from '../../boot/host.ts'
import { createOffers6, type Offers6 } from '../../dhcp6/lease.ts'
import { type Arrival6, hasIpv6 } from '../../dhcp6/network.ts'
import type { Dhcp6Deps } from '../../dhcp6/outcome.ts'
import { type Dhcp6Server, openDhcp6 } from '../../dhcp6/server.ts'
import { sawPacket6 } from '../../record/seen-packet6.ts'
import { createNeighbours6 } from '../../system/neighbours6.ts'
import { portError } from '../../system/ports.ts'
import { serverDuid } from '../../system/server-duid.ts'
import type { Mac } from '../../wire/address.ts'
import { type Ipv6, isLinkLocal, unspecified6 } from '../../wire/ipv6.ts'
import type { DoorParts } from '../parts.ts'
import { dhcpDeps, learn } from './dhcp-door.ts'

/** The DHCPv6 server; its socket is open while a network has IPv6. */
export interface Dhcp6Door {
  reload(): Promise<void>
  close(): Promise<void>
}

/** Milliseconds that the kernel's table is believed, and after which it is looked at again. */
const keepMs = 250
const looksMs = [0, 20, 60, 150]

/** All_DHCP_Relay_Agents_and_Servers (RFC 8415 section 7.1). */
const servers = 'ff02::1:2' as Ipv6

export function createDhcp6Door(parts: DoorParts): Dhcp6Door {
  const { world, memory, timeline, measure, packets, log, now } = parts
  const { port6: port } = world.config().dhcp
  const neighbours = createNeighbours6()
  let server: Dhcp6Server | undefined

  /** Whose MAC uses a link-local address: known, or asked for, and then the kernel knows in a moment. */
  async function neighbourOf({ source, interface: device }: Arrival6): Promise<Mac | undefined> {
    if (device === undefined || !isLinkLocal(source)) return undefined
    for (const [n, ms] of looksMs.entries()) {
      if (n === 1) server?.poke(source, device)
      if (ms > 0) await new Promise(resolve => setTimeout(resolve, ms))
      await neighbours.look(n === 0 ? keepMs : 0)
      const [mac] = neighbours.macsOf(source, device)
      if (mac !== undefined) return mac
    }
    return undefined
  }

  const open = () =>
    openDhcp6({
      ...{ port, now, log, neighbourOf },
      deps: dhcp6Deps(parts),
      commit: memory.leases6.save,
      learn: news => learn(news, parts),
      kept({ who, network }, payload, { source: address, port: at }, isReply) {
        if (who?.mac === undefined) return
        // A socket tells neither where a packet went to nor which of our addresses its reply is from.
        const ours = network?.ipv6?.serverAddress ?? unspecified6
        const [here, there] = [
          { address: isReply ? ours : servers, port },
          { address, port: at },
        ]
        const way = isReply ? { from: here, to: there } : { from: there, to: here }
        packets.kept6(who.mac, { ...way, payload })
      },
      seen(outcome, ms) {
        measure.dhcp6(outcome, ms)
        sawPacket6(timeline, outcome)
      },
    }).catch(error => {
      throw portError(error, 'UDP', '::', port)
    })

  return {
    async reload() {
      const isServed = world.networks().some((network: Network) => hasIpv6(network))
      if (!isServed) {
        await server?.close()
        server = undefined
      } else if (server) await server.reload()
      else server = await open()
    },
    async close() {
      await server?.close()
    },
  }
}

/** What the DHCPv6 door asks of the rest of the daemon; none of it changes anything. */
function dhcp6Deps(parts: DoorParts): Dhcp6Deps & { readonly offers: Offers6 } {
  const { world, memory } = parts
  const { networks, host, hasUnheardLoader, site, httpPort } = dhcpDeps(parts)
  return {
    ...{ networks, host, site, httpPort },
    ...(hasUnheardLoader ? { hasUnheardLoader } : {}),
    reservedFor: world.reservedFor6,
    leases: memory.leases6,
    offers: createOffers6(),
    serverDuid: serverDuid(join(world.config().dataDir, 'server-duid')),
  }
}
