import { cardsAfter, type MachineMove } from '../boot/found-by.ts'
import { isInForce } from '../boot/lease.ts'
import type { DaemonMemory } from '../store/memory.ts'
import type { Ipv4, Mac } from '../wire/address.ts'
import type { World } from '../world/world.ts'

interface Moving {
  readonly world: Pick<World, 'learn'>
  readonly memory: Pick<DaemonMemory, 'hostCards' | 'hosts' | 'leases' | 'record'>
  /** Epoch milliseconds. */
  now(): number
}

/**
 * A machine is another host's from now on, or no host's. Nothing is asked for by that: the host's state
 * stays, and what was asked of it counts for the machine that is there now.
 */
export function move(mac: Mac, { world, memory, now }: Moving, to: MachineMove): void {
  const { hostCards, hosts, record } = memory
  const owner = hostCards.known.get(mac)
  if (owner !== undefined) {
    record({ host: owner, kind: 'note', code: 'moved-out', data: { mac } })
    hostCards.forget(mac)
  }
  if (to.kind === 'moves-in') {
    const { host, by } = to
    const macs = [...hostCards.known].flatMap(([card, name]) => (name === host.name ? [card] : []))
    const kept = cardsAfter(macs, mac, by)
    const before = macs.filter(other => !kept.includes(other))
    for (const gone of before) hostCards.forget(gone)
    freeAddress(host.foundBy?.card.address, before, { memory, now })
    hostCards.save(mac, host.name, now())
    if (hosts.has(host.name)) hosts.know(host.name, [mac])
    const data = { mac, by, ...(before.length > 0 && { before }) }
    record({ host: host.name, kind: 'note', code: 'moved-in', data })
  }
  world.learn(hostCards.known)
}

/** What is reserved for the place is for the machine that is there now, whoever still has a lease of it. */
function freeAddress(
  address: Ipv4 | undefined,
  before: readonly Mac[],
  { memory: { leases }, now }: Pick<Moving, 'memory' | 'now'>,
): void {
  const lease = address === undefined ? undefined : leases.byAddress(address)
  if (!lease || !before.includes(lease.mac) || !isInForce(lease, now())) return
  // Where it cannot be written the new lease cannot either, and that one's answer does not leave.
  leases.save({ ...lease, end: now() }).catch(() => {})
}
