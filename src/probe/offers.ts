import { printable } from '../base/printable.ts'
import { addressIn } from '../dhcp/classify.ts'
import { macOfPacket } from '../dhcp/read-client.ts'
import { type Ipv4, unspecified } from '../wire/address.ts'
import { option } from '../wire/dhcp-codes.ts'
import { type DhcpPacket, messageNameOfPacket } from '../wire/dhcp-packet.ts'
import { textOfBytes } from '../wire/dhcp-values.ts'
import { decodePxeOptions, pxeOption } from '../wire/pxe-options.ts'
import type { ProbeClient } from './clients.ts'

/** One server's answer, as far as it decides what is booted. */
export interface ServerOffer {
  /** Option 54; the sender where a server leaves that out. */
  readonly server: Ipv4
  /** What it gives; a proxyDHCP server gives none. */
  readonly address?: Ipv4
  /** siaddr. */
  readonly nextServer?: Ipv4
  /** Option 67, else the header's `file`. */
  readonly bootFile?: string
  /** Whether it says `PXEClient` or `HTTPClient` in option 60. */
  readonly answers: 'plain' | 'pxe' | 'http'
  /** Sub-options 6 to 10 of option 43, which make it complete for EDK2 ("Pxe10"). */
  readonly complete: boolean
  readonly packet: DhcpPacket
}

/** Reads an OFFER, or an ACK of a boot server, for this client; undefined where it is for somebody else. */
export function readOffer(
  packet: DhcpPacket,
  source: Ipv4,
  client: ProbeClient,
): ServerOffer | undefined {
  if (packet.op !== 2 || packet.xid !== client.xid) return undefined
  if (macOfPacket(packet) !== client.mac) return undefined
  const name = messageNameOfPacket(packet)
  if (name !== 'offer' && name !== 'ack') return undefined
  const vendor = textOfBytes(packet.options.get(option.vendorClass) ?? new Uint8Array())
  const bootFile = bootFileOf(packet)
  return {
    server: addressIn(packet, option.serverId) ?? source,
    ...(packet.yiaddr !== unspecified && { address: packet.yiaddr }),
    ...(packet.siaddr !== unspecified && { nextServer: packet.siaddr }),
    ...(bootFile !== '' && { bootFile }),
    answers: vendor.startsWith('PXEClient')
      ? 'pxe'
      : vendor.startsWith('HTTPClient')
        ? 'http'
        : 'plain',
    complete: isComplete(packet),
    packet,
  }
}

function bootFileOf({ options, file }: DhcpPacket): string {
  const named = options.get(option.bootFile)
  const text = named ? textOfBytes(named) : file
  return printable(text.replace(/\0.*$/s, ''))
}

function isComplete({ options }: DhcpPacket): boolean {
  const bytes = options.get(option.vendorSpecific)
  if (!bytes) return false
  const codes = [...decodePxeOptions(bytes).keys()]
  return codes.some(code => code >= pxeOption.discoveryControl && code <= pxeOption.menuPrompt)
}
