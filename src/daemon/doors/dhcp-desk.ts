import type { News } from '../../boot/news.ts'
import { textOf } from '../../boot/words/event.ts'
import type { Conflict, DhcpDeskOptions } from '../../dhcp/desk.ts'
import { createOffers, type Offers } from '../../dhcp/lease.ts'
import type { DhcpDeps } from '../../dhcp/outcome.ts'
import { appear, asItAppears, isYetToAppear } from '../../install/appear.ts'
import { move, unlessAtWork } from '../../install/move.ts'
import type { RivalsOf } from '../../record/dhcp-event.ts'
import { sawPacket } from '../../record/seen-packet.ts'
import { formatIpv4 } from '../../wire/address.ts'
import { withUuid } from '../../world/world.ts'
import type { Parts } from '../parts.ts'

/** What the desk of DHCP is made of. */
export interface DhcpDeskParts extends Parts {
  readonly log: DhcpDeskOptions['log'] & { warn(fields: object, text: string): void }
  now(): number
}

/** What the desk of DHCP asks of the rest of the daemon, and tells it. */
export function deskOptions(parts: DhcpDeskParts, rivalsOf: RivalsOf) {
  const { memory, measure, timeline, now, log } = parts
  return {
    deps: dhcpDeps(parts),
    commit: memory.leases.save,
    learn: news => learn(news, parts),
    offered: lease => memory.leases.prepare(lease, now()),
    seen(outcome, packet, ms) {
      measure.dhcp(outcome, ms)
      sawPacket(timeline, outcome, packet, rivalsOf)
    },
    conflict: conflict => tellConflict(conflict, parts),
    ...{ now, log },
  } satisfies DhcpDeskOptions
}

/** What the DHCP door asks of the rest of the daemon; none of it changes anything. */
export function dhcpDeps({
  world,
  memory,
  lives,
  fallback,
}: Pick<DhcpDeskParts, 'world' | 'memory' | 'lives' | 'fallback'>): DhcpDeps & {
  readonly offers: Offers
} {
  return {
    networks: world.networks4,
    host(mac, client) {
      const host = world.hostOf(mac)
      if (!host) return undefined
      const life = lives.known(host)
      const known = withUuid(host, life, client?.uuid)
      // A card of the host in another machine is not the host.
      const isOther = known !== life
      if (isOther || !isYetToAppear(host, client !== undefined, memory)) return { host, known }
      return { host, known: asItAppears(host, known, memory), appears: true }
    },
    finding(traits, present) {
      const finding = world.finding(traits, present)
      return finding?.kind === 'moves-in' ? unlessAtWork(finding, lives) : finding
    },
    hasUnheardLoader: fallback.isUnheard,
    site: network => ({ ...world.site(network), instead: fallback.instead }),
    reservedFor: world.reservedFor,
    reserved: world.reserved,
    leases: memory.leases,
    away: () => memory.away() !== undefined,
    offers: createOffers(),
    httpPort: world.config().http.port,
  }
}

/** Tells the rest of the daemon what a packet says of its machine. */
export function learn(
  news: News,
  parts: Pick<DhcpDeskParts, 'memory' | 'lives' | 'fallback' | 'world' | 'now'>,
): void {
  if (news.kind === 'found') move(news.mac, parts, news.finding)
  else if (news.kind === 'appears') appear(news.host, parts)
  else parts.fallback.asks(news.client, news.host)
}

function tellConflict(conflict: Conflict, { memory, log }: DhcpDeskParts): void {
  const { network, address, by, mac, host } = conflict
  const data = { address: formatIpv4(address), by }
  const event = { kind: 'conflict', code: 'in-use', data } as const
  memory.record({ host: host?.name ?? null, ...event })
  log.warn({ network: network.name, mac, host: host?.name }, textOf(event))
}
