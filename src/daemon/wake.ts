import type { Log } from '../base/log.ts'
import type { ContentOf } from '../boot/event.ts'
import type { Host, Network } from '../boot/host.ts'
import { hasIpv4, isOnOurLink6, type NetworkWith4 } from '../boot/network-address.ts'
import { textOf } from '../boot/words/event.ts'
import { isOnOurLink } from '../dhcp/on-link.ts'
import type { DaemonMemory } from '../store/memory.ts'
import { broadcast, multicast } from '../system/broadcast.ts'
import { formatIpv4, limitedBroadcast, subnetBroadcast } from '../wire/address.ts'
import { magicPacket } from '../wire/wake-on-lan.ts'
import type { World } from '../world/world.ts'
import { networksOfCard } from './networks-of-card.ts'

export interface WakeDeps {
  readonly world: Pick<World, 'networks'>
  readonly memory: Pick<DaemonMemory, 'record' | 'committed'>
  readonly log: Pick<Log, 'info' | 'warn'>
}

/** "discard": nobody listens there. */
const discard = 9
const copies = 3

/** All nodes of a link (RFC 4291 section 2.7.1): IPv6 has no broadcast. */
const allNodes = 'ff02::1'

/** Wakes a host by Wake-on-LAN, each of its cards in its network, and says so in the timeline. */
export async function wake(host: Host, deps: WakeDeps, port = discard): Promise<void> {
  const { world, memory, log } = deps
  // Who is woken asks at once: by then the wish must be on disk.
  await memory.committed()
  const ways = host.nics.flatMap(nic =>
    networksOfCard(nic, world.networks()).map(n => ({ nic, n })),
  )
  const tell = (event: ContentOf<'wake'>) => {
    memory.record({ host: host.name, ...event })
    log.info({ host: host.name }, textOf(event))
  }
  if (ways.length === 0) return tell({ kind: 'wake', code: 'no-network', data: {} })
  for (const { nic, n } of ways) {
    const to = {
      mac: nic.mac,
      address: hasIpv4(n) ? formatIpv4(everybodyIn(n)) : allNodes,
      network: n.name,
    }
    try {
      await sendIn(n, magicPacket(nic.mac), port)
      tell({ kind: 'wake', code: 'sent', data: to })
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      tell({ kind: 'wake', code: 'failed', data: { ...to, error: why } })
    }
  }
}

/** By IPv4 where the network has it; by IPv6 the packet does not leave our link. */
async function sendIn(network: Network, packet: Uint8Array, port: number): Promise<void> {
  if (hasIpv4(network)) {
    const to = { address: everybodyIn(network), port }
    return broadcast(packet, network.serverAddress, to, copies)
  }
  const { interface: device, ipv6 } = network
  if (device === undefined || !ipv6 || !isOnOurLink6(ipv6)) {
    throw new Error('it is behind a relay and has no IPv4')
  }
  return multicast(packet, device, { address: allNodes, port }, copies)
}

function everybodyIn(network: NetworkWith4) {
  return isOnOurLink(network) ? limitedBroadcast : subnetBroadcast(network.subnet)
}
