import { bootSettingsOf } from '../boot/boot-settings.ts'
import { takenFor } from '../boot/client.ts'
import { decide } from '../boot/decide.ts'
import type { NetworkWith4 } from '../boot/network-address.ts'
import type { News } from '../boot/news.ts'
import type { Reason } from '../boot/reason.ts'
import { type MessageName, option } from '../wire/dhcp-codes.ts'
import { type DhcpPacket, messageNameOfPacket } from '../wire/dhcp-packet.ts'
import { WireError } from '../wire/error.ts'
import { type Arrival, networkOfPacket } from './network.ts'
import {
  type Case,
  type DhcpAnswer,
  type DhcpDeps,
  ignored,
  type Outcome,
  type PacketFacts,
  seenOf,
  silence,
} from './outcome.ts'
import { serveBoot } from './proxy-mode.ts'
import { macOfHeader, macOfPacket, readClient } from './read-client.ts'
import { outcomeOf, replyTo } from './reply-outcome.ts'
import { serveLease } from './server-mode.ts'
import { unkept } from './unkept.ts'

/**
 * One packet in, what comes of it out: the way of every DHCP packet, on either port. `now` is in epoch
 * milliseconds. It changes nothing: what the packet changes is in the outcome, for the caller to do
 * before the reply leaves. `inUse` is what came of the outcome's `look`. Never throws on what a packet
 * holds.
 */
export function handle(
  packet: DhcpPacket,
  arrival: Arrival,
  deps: DhcpDeps,
  now: number,
  inUse?: boolean,
): Outcome {
  if (packet.op !== 1) return ignored({ code: 'not-a-client' })
  const mac = macOfPacket(packet)
  const asked = messageNameOfPacket(packet)
  if (mac === undefined) return ignored({ code: 'no-ethernet-address' }, asked ? { asked } : {})
  const seenSoFar = { mac, ...(asked ? { asked } : {}) }
  if (packet.damage !== undefined && !isWholeEnough(packet, asked, arrival)) {
    return unanswered(seenSoFar, { code: 'malformed', error: packet.damage }, deps)
  }
  if (asked === undefined) return unanswered(seenSoFar, whyNoType(packet), deps)
  let seen: PacketFacts = { asked, mac }
  try {
    const choice = networkOfPacket(packet, arrival, deps.networks())
    if (choice.kind === 'none') return ignored(choice.why, seen)
    const from: Case = { packet, arrival, asked, mac, network: choice.network, deps, now }
    const found = recognise(inUse === undefined ? from : { ...from, inUse })
    seen = seenOf(found)
    const { finding } = found
    if (finding?.kind === 'unclear') return ignored(finding.why, seen)
    const serve = serverFor(found.network, arrival)
    const served = serve(found)
    const answer = deps.away?.() ? unkept(found, served) : served
    const reply = replyTo(found, answer)
    return outcomeOf(found, answer, reply, newsOf(found, answer))
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    return unanswered(seen, { code: 'malformed', error: error.message }, deps)
  }
}

/**
 * What comes of a datagram that cannot be read as DHCP, and why that is: the timeline of the host whose MAC
 * stands in its header is to say so.
 */
export function unreadable(datagram: Uint8Array, error: WireError, deps: DhcpDeps): Outcome {
  const mac = macOfHeader(datagram)
  return unanswered(mac ? { mac } : {}, { code: 'malformed', error: error.message }, deps)
}

/**
 * Whether a packet that lost an option can be answered: who asks for an address, who says whose and which it
 * takes, and who asks what to boot. What else a packet means depends on the options that are lost.
 */
function isWholeEnough(
  { options }: DhcpPacket,
  asked: MessageName | undefined,
  { port }: Arrival,
): boolean {
  if (asked === 'discover') return true
  const isTaking = options.has(option.serverId) && options.has(option.requestedAddress)
  return asked === 'request' && (port === 'proxy' || isTaking)
}

/** BOOTP has no message type at all (RFC 951). */
function whyNoType({ options }: DhcpPacket): Reason {
  const type = options.get(option.messageType)
  if (!type) return { code: 'no-message-type' }
  return { code: 'malformed', error: `a message type of ${type.join(' ') || 'no byte'}` }
}

/** A packet that is not gone into, with the host that it is from: its timeline is to say why. */
function unanswered(seen: PacketFacts, why: Reason, deps: DhcpDeps): Outcome {
  const host = seen.host ?? (seen.mac && deps.host(seen.mac, undefined)?.host)
  return ignored(why, { ...seen, ...(host ? { host } : {}) })
}

/** Who it is, and what it is to boot. */
function recognise(from: Case): Case {
  const { packet, mac, network, deps } = from
  const said = readClient(packet, mac)
  const found = deps.host(mac, said)
  const site = deps.site(network)
  const client = said && takenFor(said, found?.host.arch)
  const settings = found && (found.known.settings ?? bootSettingsOf(found.host))
  const known = found && settings && { ...found.known, settings }
  const finding = said && deps.finding?.(said, found?.host)
  const stranger = client && site.unknown === 'boot' ? site.profile : undefined
  const options = settings ? settings.options : stranger?.options
  return {
    ...from,
    ...(client ? { client, answer: decide(client, known, site) } : {}),
    ...(found ? { host: found.host } : {}),
    ...(found?.appears ? { appears: true } : {}),
    ...(finding ? { finding } : {}),
    ...(known?.isInstalling ? { isInstalling: true } : {}),
    ...(options ? { options } : {}),
  }
}

/** Who answers there: nobody, a proxyDHCP server, or a DHCP server. */
function serverFor({ mode }: NetworkWith4, { port }: Arrival): (from: Case) => DhcpAnswer {
  if (mode === 'none') return () => silence({ code: 'mode-none' })
  return mode === 'proxy' || port === 'proxy' ? serveBoot : serveLease
}

/** What else the packet tells, once it is clear that it is for us. */
function newsOf(from: Case, { kind }: DhcpAnswer): News | undefined {
  const { asked, mac, network, client, host, appears, finding, deps } = from
  if (finding && finding.kind !== 'unclear') return { kind: 'found', mac, finding }
  if (appears && host && (kind === 'offer' || kind === 'ack')) {
    return { kind: 'appears', host }
  }
  if (asked !== 'discover' || !client || network.mode === 'none') return undefined
  if (!deps.hasUnheardLoader?.(mac, host)) return undefined
  return { kind: 'asks-again', client, ...(host ? { host } : {}) }
}
