import type { Reason } from '../boot/reason.ts'
import type { Ipv4 } from '../wire/address.ts'
import { option } from '../wire/dhcp-codes.ts'
import type { DhcpPacket } from '../wire/dhcp-packet.ts'
import { addressOfBytes } from '../wire/dhcp-values.ts'
import { wasUnicastToRelay } from './relay.ts'

/** What a DHCPREQUEST is about (RFC 2131 section 4.3.2), and the address it is about. */
export type Request =
  | {
      readonly kind: 'selecting-ours' | 'init-reboot' | 'renewing' | 'rebinding'
      readonly address: Ipv4
    }
  | { readonly kind: 'selecting-other'; readonly server: Ipv4 }
  | { readonly kind: 'none'; readonly why: Reason }

/**
 * Tells the states apart that a DHCPREQUEST can come from. `isOurs` knows every address of this server;
 * `broadcast` is whether the packet came by broadcast. Throws WireError on a malformed address.
 */
export function classifyRequest(
  packet: DhcpPacket,
  isOurs: (address: Ipv4) => boolean,
  broadcast: boolean,
): Request {
  const server = addressIn(packet, option.serverId)
  const requested = addressIn(packet, option.requestedAddress)
  if (server !== undefined && !isOurs(server)) return { kind: 'selecting-other', server }

  const address = requested ?? (packet.ciaddr === 0 ? undefined : packet.ciaddr)
  if (address === undefined)
    return { kind: 'none', why: { code: 'no-address-named', asked: 'request' } }
  if (server !== undefined) return { kind: 'selecting-ours', address }
  if (requested !== undefined) return { kind: 'init-reboot', address }
  const toAll = packet.giaddr === 0 ? broadcast : !wasUnicastToRelay(packet)
  return { kind: toAll ? 'rebinding' : 'renewing', address }
}

/** The address in an option, if the packet has it. Throws WireError on a malformed one. */
export function addressIn(packet: DhcpPacket, code: number): Ipv4 | undefined {
  const value = packet.options.get(code)
  return value && addressOfBytes(value)
}
