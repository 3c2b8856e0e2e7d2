import { join } from 'node:path'
import { reasonWith } from '../../boot/reason.ts'
import { createOffers6, type Offers6 } from '../../dhcp6/lease.ts'
import type { Arrival6 } from '../../dhcp6/network.ts'
import type { Dhcp6Deps, Outcome6 } from '../../dhcp6/outcome.ts'
import { createRivals6 } from '../../dhcp6/rivals.ts'
import { type Dhcp6Server, openDhcp6 } from '../../dhcp6/server.ts'
import { sawPacket6 } from '../../record/seen-packet6.ts'
import { createNeighbours6 } from '../../system/neighbours6.ts'
import { portError } from '../../system/ports.ts'
import { serverDuid } from '../../system/server-duid.ts'
import type { Mac } from '../../wire/address.ts'
import { type Ipv6, isLinkLocal, unspecified6 } from '../../wire/ipv6.ts'
import type { DoorParts } from '../parts.ts'
import { dhcpDeps, learn } from './dhcp-desk.ts'

/** The DHCPv6 server; its socket is open while a network has IPv6. */
export interface Dhcp6Door {
  reload(): Promise<void>
  /** A sentence for each other DHCPv6 server that machines of a network take addresses from. */
  rivals(network: string): readonly string[]
  close(): Promise<void>
}

/** Milliseconds that the kernel's table is believed, and after which it is looked at again. */
const keepMs = 250
const looksMs = [0, 20, 60, 150]

/** All_DHCP_Relay_Agents_and_Servers (RFC 8415 section 7.1). */
const servers = 'ff02::1:2' as Ipv6

export function createDhcp6Door(parts: DoorParts): Dhcp6Door {
  const { world, memory, timeline, measure, packets, log, now } = parts
  const { port6: port, proxyPort } = world.config().dhcp
  const neighbours = createNeighbours6()
  const rivals = createRivals6()
  let server: Dhcp6Server | undefined

  /** Whose MAC uses a link-local address: known, or asked for, and then the kernel knows in a moment. */
  async function neighbourOf({ source, interface: device }: Arrival6): Promise<Mac | undefined> {
    if (device === undefined && isLinkLocal(source)) return undefined
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
      ...{ port, proxyPort, now, log, neighbourOf },
      deps: dhcp6Deps(parts),
      commit: memory.leases6.save,
      learn: news => learn(news, parts),
      kept: (outcome, payload, from, isReply) =>
        keepPacket({ outcome, payload, from, isReply, port }, packets),
      seen(outcome, ms) {
        measure.dhcp6(outcome, ms)
        const other = reasonWith(outcome.why, 'for-another-server')?.server
        if (outcome.network && other !== undefined) rivals.note(outcome.network.name, other, now())
        sawPacket6(timeline, outcome)
      },
    }).catch(error => {
      throw portError(error, 'UDP', '::', (error as { port?: number }).port ?? port)
    })

  return {
    async reload() {
      const isServed = world.networks6().length > 0
      if (!isServed) {
        await server?.close()
        server = undefined
      } else if (server) await server.reload()
      else server = await open()
    },
    rivals: network => rivals.of(network, now()).map(other => `${other} gives addresses by DHCPv6`),
    async close() {
      await server?.close()
    },
  }
}

/** A packet or its reply into the ring of its machine. */
function keepPacket(
  { outcome, payload, from, isReply, port }: KeptPacket6,
  packets: DoorParts['packets'],
): void {
  const { who, network } = outcome
  if (who?.mac === undefined) return
  // A socket tells neither where a packet went to nor which of our addresses its reply is from.
  const ours = network?.ipv6?.serverAddress ?? unspecified6
  const here = { address: isReply ? ours : servers, port }
  const there = { address: from.source, port: from.port }
  const way = isReply ? { from: here, to: there } : { from: there, to: here }
  packets.kept6(who.mac, { ...way, payload })
}

interface KeptPacket6 {
  readonly outcome: Outcome6
  readonly payload: Uint8Array
  readonly from: Arrival6
  readonly isReply: boolean
  /** Ours. */
  readonly port: number
}

/** What the DHCPv6 door asks of the rest of the daemon; none of it changes anything. */
function dhcp6Deps(parts: DoorParts): Dhcp6Deps & { readonly offers: Offers6 } {
  const { world, memory } = parts
  const { host, hasUnheardLoader, site, httpPort } = dhcpDeps(parts)
  return {
    ...{ networks: world.networks6, host, site, httpPort },
    ...(hasUnheardLoader ? { hasUnheardLoader } : {}),
    reservedFor: world.reservedFor6,
    leases: memory.leases6,
    offers: createOffers6(),
    serverDuid: serverDuid(join(world.config().dataDir, 'server-duid')),
  }
}
