import type { KnownHost } from '../boot/decide.ts'
import { cardsAfter, type MachineMove, type Recognition } from '../boot/found-by.ts'
import type { Host } from '../boot/host.ts'
import { isInForce } from '../boot/lease.ts'
import type { DaemonMemory } from '../store/memory.ts'
import type { Ipv4, Mac } from '../wire/address.ts'
import type { World } from '../world/world.ts'

interface Moving {
  readonly world: Pick<World, 'learn' | 'finding' | 'hostOf'>
  readonly memory: Pick<DaemonMemory, 'hostCards' | 'hosts' | 'leases' | 'record'>
  /** Epoch milliseconds. */
  now(): number
}

/** How a machine that is found becomes another host's. */
export function createMoves(moving: Moving, lives: { known(host: Host): KnownHost }) {
  const moved = (mac: Mac, to: MachineMove): void => move(mac, moving, to)
  return {
    moved,
    /** A machine hangs on a port of a switch, in every way to write it: it may be a host's by that. */
    hangsOn(mac: Mac, ports: readonly string[]): void {
      const { finding, hostOf } = moving.world
      const found = finding({ ports }, hostOf(mac))
      // Relays and switches write ports in ways of their own: a port that is no host's takes nothing away.
      if (found?.kind !== 'moves-in') return
      const may = unlessAtWork(found, lives)
      if (may.kind === 'moves-in') moved(mac, may)
    },
  }
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

/** Another machine on a host's port is not the one whose installer is at work. */
export function unlessAtWork(
  finding: Extract<MachineMove, { kind: 'moves-in' }>,
  lives: { known(host: Host): KnownHost },
): Recognition {
  const { host, by } = finding
  const isAnother = by === 'port' && host.nics.length > 0
  if (!isAnother || !lives.known(host).isInstalling) return finding
  return { kind: 'unclear', why: { code: 'host-at-work', host: host.name } }
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
