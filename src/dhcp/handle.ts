import { takenFor } from '../boot/client.ts'
import { decide } from '../boot/decide.ts'
import { waysOf } from '../boot/ways.ts'
import { type DhcpPacket, messageNameOfPacket } from '../wire/dhcp-packet.ts'
import { WireError } from '../wire/error.ts'
import { type Arrival, networkOf } from './network.ts'
import { type Case, type DhcpDeps, type Outcome, type Seen, seenOf, silence } from './outcome.ts'
import { serveBoot } from './proxy-mode.ts'
import { macOfPacket, readClient } from './read-client.ts'
import { serveLease } from './server-mode.ts'

/**
 * One packet in, what comes of it out: the way of every DHCP packet, on either port. `now` is in epoch
 * milliseconds. It changes nothing but the offers held in memory; the lease in the outcome is for the
 * caller to store before the reply leaves. Never throws on what a packet holds.
 */
export function handle(packet: DhcpPacket, arrival: Arrival, deps: DhcpDeps, now: number): Outcome {
  if (packet.op !== 1) return { kind: 'none', reason: 'not from a client' }
  const asked = messageNameOfPacket(packet)
  if (asked === undefined) return { kind: 'none', reason: 'no DHCP message type' }
  const mac = macOfPacket(packet)
  if (mac === undefined) return { kind: 'none', asked, reason: 'no Ethernet address' }
  let seen: Seen = { asked, mac }
  try {
    const choice = networkOf(packet, arrival, deps.networks())
    if (choice.kind === 'none') return { kind: 'none', ...seen, reason: choice.reason }
    const found = recognise({ packet, arrival, asked, mac, network: choice.network, deps, now })
    seen = seenOf(found)
    return answer(found)
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    return { kind: 'none', ...seen, reason: `malformed: ${error.message}` }
  }
}

function recognise(from: Case): Case {
  const { packet, mac, network, deps } = from
  const said = readClient(packet, mac)
  const found = deps.host(mac, said, network)
  const site = deps.site(network)
  const client = said && takenFor(said, found?.host.arch)
  const ways = found && (found.known.ways ?? waysOf(found.host))
  const known = found && ways && { ...found.known, ways }
  const stranger = client && site.unknown === 'boot' ? site.profile : undefined
  const options = ways ? ways.options : stranger?.options
  return {
    ...from,
    ...(client ? { client, answer: decide(client, known, site) } : {}),
    ...(found ? { host: found.host } : {}),
    ...(options ? { options } : {}),
  }
}

function answer(from: Case): Outcome {
  switch (from.network.mode) {
    case 'none':
      return silence(from, 'the network says mode: none')
    case 'proxy':
      return serveBoot(from)
    case 'server':
      return from.arrival.port === 'proxy' ? serveBoot(from) : serveLease(from)
  }
}
