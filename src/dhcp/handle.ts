import { decide } from '../boot/decide.ts'
import { type DhcpPacket, messageNameOfPacket } from '../wire/dhcp-packet.ts'
import { WireError } from '../wire/error.ts'
import { type Arrival, networkOf } from './network.ts'
import type { Case, DhcpDeps, Outcome } from './outcome.ts'
import { silence } from './outcome.ts'
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
  const choice = networkOf(packet, arrival, deps.networks())
  if (choice.kind === 'none') return { kind: 'none', asked, mac, reason: choice.reason }

  const { network } = choice
  const found = recognise({ packet, arrival, asked, mac, network, deps, now })
  try {
    return answer(found)
  } catch (error) {
    if (error instanceof WireError) return silence(found, `malformed: ${error.message}`)
    throw error
  }
}

function recognise(from: Case): Case {
  const { packet, mac, network, deps } = from
  const client = readClient(packet)
  const found = deps.host(mac, client, network)
  return {
    ...from,
    ...(client ? { client, answer: decide(client, found?.known, deps.site(network)) } : {}),
    ...(found ? { host: found.host } : {}),
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
