import { limitedBroadcast } from '../wire/address.ts'
import { messageType, option } from '../wire/dhcp-codes.ts'
import type { DhcpPacket } from '../wire/dhcp-packet.ts'
import type { Arrival, Endpoint } from './network.ts'
import { hasRelayPort } from './relay.ts'

/**
 * Where a reply goes (RFC 2131 section 4.1). Replies on 4011 go back where the request came from; those
 * of a relay that says so, to its port (RFC 8357). A client without an address cannot answer ARP, and
 * gets its reply by broadcast, which it may not have asked for but takes. Clients listen on the port
 * above the server's, which is 68, or a high one in tests.
 */
export function destinationOf(reply: DhcpPacket, arrival: Arrival): Endpoint {
  const { serverPort } = arrival
  const clientPort = serverPort + 1
  if (arrival.port === 'proxy') return arrival.source
  if (reply.giaddr !== 0) {
    return { address: reply.giaddr, port: hasRelayPort(reply) ? arrival.source.port : serverPort }
  }
  if (isNak(reply) || reply.ciaddr === 0) return { address: limitedBroadcast, port: clientPort }
  return { address: reply.ciaddr, port: clientPort }
}

function isNak(reply: DhcpPacket): boolean {
  return reply.options.get(option.messageType)?.[0] === messageType.nak
}
