import { given } from '../base/given.ts'
import type { Client } from '../boot/client.ts'
import type { Host, Network } from '../boot/host.ts'
import { textOf } from '../boot/words/event.ts'
import type { Outcome } from '../dhcp/outcome.ts'
import { type Ipv4, ipv4OfBytes, type Mac, subnetContains } from '../wire/address.ts'
import { option } from '../wire/dhcp-codes.ts'
import type { DhcpPacket } from '../wire/dhcp-packet.ts'
import { dhcpEvent, foreignEvent, isLost, isSettled, type RivalsOf } from './dhcp-event.ts'
import { learnUuid, type Timeline } from './timeline.ts'

/** A DHCP packet, and what came of it. Without the packet where it could not be read. */
export function sawPacket(
  timeline: Timeline,
  outcome: Outcome,
  packet: DhcpPacket | undefined,
  rivals: RivalsOf,
): void {
  const { strangerRing, memory, log, now } = timeline
  const { mac, client, host } = outcome
  const event = dhcpEvent(outcome)
  const text = textOf(event)
  const { name } = host ?? {}
  const { stage, arch } = client ?? {}
  const fields = { mac, host: name, stage, arch, code: outcome.why.code, reason: outcome.reason }
  const taken = packet && takenAddress(outcome, packet)
  // The address of another client behind its MAC is not the machine's.
  const isApart = outcome.lease?.holder === 'apart'
  if (mac && taken !== undefined && !isApart) timeline.requests(mac, taken, host !== undefined)
  if (!host) {
    const lost = isLost(outcome)
    const stranger = client ?? (lost && mac ? unread(mac) : undefined)
    if (stranger && mac) strangerRing.see(mac, { client: stranger, text, event, at: now() })
    log[stranger || lost || isSettled(outcome) ? 'info' : 'debug'](fields, text)
    return
  }
  memory.hosts.saveSeen(host.name, now())
  if (client && outcome.kind === 'reply') learnUuid(timeline, host, client.uuid)
  memory.record({ host: host.name, ...event })
  log.info(fields, text)
  const foreign = packet && foreignEvent(outcome, packet, rivals)
  if (foreign) memory.record({ host: host.name, ...foreign })
  const { asked, network } = outcome
  sawBoot(timeline, host, { isFirst: asked === 'discover', client, network })
}

/** A machine that says no more of itself than its MAC. */
const unread = (mac: Mac): Client => ({ mac, stage: 'firmware', arch: 'unknown', capable: false })

/** A packet of a host: whether it begins its talk with DHCP, and what boots where. */
interface HeardBoot {
  readonly isFirst: boolean
  readonly client: Client | undefined
  readonly network: Network | undefined
}

/** What its boot means to whoever follows it. */
export function sawBoot(timeline: Timeline, host: Host, heardBoot: HeardBoot): void {
  const { isFirst, client, network } = heardBoot
  const { name } = host
  if (client) timeline.clients.saw(name, client)
  timeline.changes.tell(name)
  if (!isFirst || !client) return
  // iPXE asks again in the same boot, and the loader that brought it is part of the story.
  if (client.stage !== 'ipxe') timeline.progress.began(name)
  const heard = { uuid: client.uuid, network: network?.name }
  if (!timeline.isElsewhere(host, heard)) {
    timeline.scripts.discovered(name)
    return
  }
  const data = { ...given('uuid', heard.uuid), ...given('network', heard.network) }
  timeline.memory.record({ host: name, kind: 'stranger', code: 'netboot', data })
}

/** The address that a REQUEST takes: option 50, or when it is renewed the client's own (RFC 2131 4.3.2). */
function takenAddress({ asked, network }: Outcome, packet: DhcpPacket): Ipv4 | undefined {
  if (asked !== 'request') return undefined
  const requested = packet.options.get(option.requestedAddress)
  const address = requested?.length === 4 ? ipv4OfBytes(requested) : packet.ciaddr
  return network && subnetContains(network.subnet, address) ? address : undefined
}
