import type { Ipv4 } from '../wire/address.ts'
import { option } from '../wire/dhcp-codes.ts'
import type { DhcpOptions } from '../wire/dhcp-options.ts'
import type { DhcpPacket } from '../wire/dhcp-packet.ts'
import { addressOfBytes } from '../wire/dhcp-values.ts'
import { portNamesOf } from '../wire/port-names.ts'
import { decodeRelayOptions, relayOption } from '../wire/relay-options.ts'

/** The subnet that a relay chooses an address from, when it is not giaddr's (RFC 3527). */
export function linkSelectionOf(packet: DhcpPacket): Ipv4 | undefined {
  return addressIn(packet, relayOption.linkSelection)
}

/** The address that a relay's clients are to take for ours (RFC 5107). */
export function serverIdOverrideOf(packet: DhcpPacket): Ipv4 | undefined {
  return addressIn(packet, relayOption.serverIdOverride)
}

/** Whether the client sent to its relay by unicast, as one that renews does (RFC 5010). */
export function wasUnicastToRelay(packet: DhcpPacket): boolean {
  const [flags = 0] = believed(packet).get(relayOption.flags) ?? []
  return (flags & 0x80) !== 0
}

/** Whether replies go to the port that the relay sent from (RFC 8357). */
export function hasRelayPort(packet: DhcpPacket): boolean {
  return believed(packet).has(relayOption.sourcePort)
}

/** The port that its relay says it hangs on, in every way to write it. */
export function portsOf(packet: DhcpPacket): readonly string[] | undefined {
  return portNamesOf(believed(packet))
}

const nothing: DhcpOptions = new Map()

/**
 * The sub-options of 82 where a relay says that it is one. A machine on our own link can write anything
 * there.
 */
function believed({ giaddr, options }: DhcpPacket): DhcpOptions {
  const value = options.get(option.relayAgent)
  return giaddr === 0 || !value ? nothing : decodeRelayOptions(value)
}

function addressIn(packet: DhcpPacket, code: number): Ipv4 | undefined {
  const value = believed(packet).get(code)
  return value && addressOfBytes(value)
}
