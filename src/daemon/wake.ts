import type { Log } from '../base/log.ts'
import type { ContentOf } from '../boot/event.ts'
import type { Host } from '../boot/host.ts'
import { textOf } from '../boot/words/event.ts'
import { isOnOurLink } from '../dhcp/on-link.ts'
import type { DaemonMemory } from '../store/memory.ts'
import { broadcast } from '../system/broadcast.ts'
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
    const address = isOnOurLink(n) ? limitedBroadcast : subnetBroadcast(n.subnet)
    const to = { mac: nic.mac, address: formatIpv4(address), network: n.name }
    try {
      await broadcast(magicPacket(nic.mac), n.serverAddress, { address, port }, copies)
      tell({ kind: 'wake', code: 'sent', data: to })
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      tell({ kind: 'wake', code: 'failed', data: { ...to, error: why } })
    }
  }
}
