import { bootSettingsOf } from '../boot/boot-settings.ts'
import { takenFor } from '../boot/client.ts'
import { decide } from '../boot/decide.ts'
import type { News } from '../boot/news.ts'
import type { Reason } from '../boot/reason.ts'
import { because } from '../boot/words/reason.ts'
import { isSameBytes } from '../wire/dhcp-values.ts'
import { type MessageName6, messageName6Of, option6 } from '../wire/dhcp6-codes.ts'
import { type Dhcp6Packet, option6Of } from '../wire/dhcp6-packet.ts'
import { WireError } from '../wire/error.ts'
import { serveBoot6 } from './boot-mode.ts'
import { type Arrival6, networkOfPacket6 } from './network.ts'
import {
  type Case6,
  type Dhcp6Answer,
  type Dhcp6Deps,
  ignored6,
  type Outcome6,
  type PacketFacts6,
} from './outcome.ts'
import { claimantOf, readClient6 } from './read-client.ts'
import { buildReply6 } from './reply.ts'
import { serverName } from './rivals.ts'
import { serveLease6 } from './server-mode.ts'

/**
 * One DHCPv6 packet in, what comes of it out. `now` is in epoch milliseconds. It changes nothing: what the
 * packet changes is in the outcome, for the caller to do before the reply leaves. Never throws on what a
 * packet holds.
 */
export function handle6(
  packet: Dhcp6Packet,
  arrival: Arrival6,
  deps: Dhcp6Deps,
  now: number,
): Outcome6 {
  const asked = messageName6Of(packet.type)
  if (asked === undefined) return ignored6({ code: 'no-message-type' })
  const who = claimantOf(packet, arrival)
  let seen: PacketFacts6 = { asked, ...(who ? { who } : {}) }
  const choice = networkOfPacket6(packet, arrival, deps.networks())
  if (choice.kind === 'none') return ignored6(choice.why, seen)
  try {
    const { mode } = choice.network.ipv6
    const wrong = mode === 'boot' ? undefined : whyDiscarded(packet, asked, deps.serverDuid)
    const from = recognise({ packet, arrival, asked, network: choice.network, deps, now }, who)
    seen = seenOf(from)
    if (wrong) return ignored6(wrong, seen)
    return outcomeOf(from, mode === 'boot' ? serveBoot6(from) : serveLease6(from))
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    return ignored6({ code: 'malformed', error: error.message }, seen)
  }
}

/** They go to every server, and so name none. */
const toAll: readonly MessageName6[] = ['solicit', 'confirm', 'rebind']
const toOne: readonly MessageName6[] = ['request', 'renew', 'release', 'decline']

/** RFC 8415 section 16. */
function whyDiscarded(
  { options }: Dhcp6Packet,
  asked: MessageName6,
  own: Uint8Array,
): Reason | undefined {
  const server = option6Of(options, option6.serverId)
  if (toAll.includes(asked) && server)
    return { code: 'malformed', error: `a ${asked} that names a server` }
  if (toOne.includes(asked) && !server)
    return { code: 'malformed', error: `a ${asked} that names no server` }
  if (!server || isSameBytes(server, own)) return undefined
  return { code: 'for-another-server', asked, server: serverName(server) }
}

/** Who it is, and what it is to boot. */
function recognise(from: Case6, who: Case6['who']): Case6 {
  const { packet, network, deps } = from
  if (!who) return from
  const { mac } = who
  if (mac === undefined) return { ...from, who }
  const said = readClient6(packet, mac)
  const found = deps.host(mac, said)
  const site = deps.site(network)
  const client = said && takenFor(said, found?.host.arch)
  const settings = found && (found.known.settings ?? bootSettingsOf(found.host))
  const known = found && settings && { ...found.known, settings }
  return {
    ...from,
    who,
    ...(client ? { client, answer: decide(client, known, site) } : {}),
    ...(found ? { host: found.host } : {}),
    ...(found?.appears ? { appears: true } : {}),
  }
}

function outcomeOf(from: Case6, answer: Dhcp6Answer): Outcome6 {
  const { why, leases, hold } = answer
  const news = newsOf(from, answer)
  const outcome = {
    ...seenOf(from),
    ...because(why),
    ...(leases && leases.length > 0 ? { leases } : {}),
    ...(hold ? { hold } : {}),
    ...(news ? { news } : {}),
  }
  if (answer.kind === 'none') return { kind: 'none', code: why.code, ...outcome }
  const { kind: said, address } = answer
  const reply = buildReply6(from, answer)
  const given = address === undefined ? {} : { address }
  return { kind: 'reply', ...outcome, network: from.network, reply, said, ...given }
}

/** What else the packet tells, once it is clear that it is for us. */
function newsOf({ asked, client, host, appears, deps }: Case6, { kind }: Dhcp6Answer) {
  if (appears && host && kind !== 'none') return { kind: 'appears', host } satisfies News
  if (asked !== 'solicit' || !client) return undefined
  if (!deps.hasUnheardLoader?.(client.mac, host)) return undefined
  return { kind: 'asks-again', client, ...(host ? { host } : {}) } satisfies News
}

function seenOf({ asked, who, network, client, host, answer }: Case6) {
  return {
    asked,
    network,
    ...(who ? { who } : {}),
    ...(client ? { client } : {}),
    ...(host ? { host } : {}),
    ...(answer ? { answer } : {}),
  }
}
