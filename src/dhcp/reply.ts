import type { NetworkWith4 } from '../boot/network-address.ts'
import { ipv4ToBytes, unspecified } from '../wire/address.ts'
import { type MessageName, messageType, option } from '../wire/dhcp-codes.ts'
import { broadcastFlag, type DhcpPacket, smallestMaximum } from '../wire/dhcp-packet.ts'
import { textToBytes, u16OfBytes } from '../wire/dhcp-values.ts'
import { linkSelectionOf, serverIdOverrideOf } from './relay.ts'
import { bootFields } from './reply-boot.ts'
import type { Options, ReplyContent } from './reply-content.ts'
import { askedOptions } from './reply-options.ts'

/** The OFFER or ACK to a request (RFC 2131 table 3; PXE 2.1; RFC 4578). */
export function buildReply(request: DhcpPacket, say: ReplyContent): DhcpPacket {
  const boot = bootFields(say)
  const options = [
    ...askedOptions(request, say),
    ...boot.options,
    ...head(say.type, request, say.network),
    ...(say.rapidCommit ? ([[option.rapidCommit, new Uint8Array()]] satisfies Options) : []),
    ...selected(request),
    ...echoed(request),
  ]
  return {
    ...blankReply(request),
    // Some clients name the address in both places before they have it.
    ciaddr: isSettled(request, say) ? request.ciaddr : unspecified,
    yiaddr: say.gift.kind === 'lease' ? say.gift.address : unspecified,
    siaddr: boot.options.length === 0 ? unspecified : say.network.serverAddress,
    sname: boot.sname ?? '',
    file: boot.file !== undefined && fitsHeader(boot.file) ? boot.file : '',
    // The sort keeps the order of equal codes, and the map the last of them.
    options: new Map(options.sort((a, b) => a[0] - b[0])),
  }
}

/** The NAK to a request, with the reason as its message (RFC 2131 table 3). */
export function buildNak(request: DhcpPacket, network: NetworkWith4, reason: string): DhcpPacket {
  const reply = blankReply(request)
  return {
    ...reply,
    // The client may have no address that the relay could reach it by (RFC 2131 section 4.3.2).
    flags: request.giaddr === 0 ? reply.flags : reply.flags | broadcastFlag,
    options: new Map([
      ...head('nak', request, network),
      [option.message, textToBytes(reason)],
      ...echoed(request),
    ]),
  }
}

/**
 * Bytes that the reply to a request may have: what option 57 says without the IP and UDP headers, at
 * least 548 (RFC 2131 section 2), at most 1472, where EDK2 and Ethernet end.
 */
export function replyLimit(request: DhcpPacket): number {
  const value = request.options.get(option.maxMessageSize)
  if (value?.length !== 2) return smallestMaximum
  return Math.min(1472, Math.max(smallestMaximum, u16OfBytes(value) - 28))
}

function blankReply({ htype, hlen, xid, flags, giaddr, chaddr }: DhcpPacket): DhcpPacket {
  return {
    op: 2,
    htype,
    hlen,
    hops: 0,
    xid,
    secs: 0,
    flags,
    ciaddr: unspecified,
    yiaddr: unspecified,
    siaddr: unspecified,
    giaddr,
    chaddr,
    sname: '',
    file: '',
    options: new Map(),
  }
}

function head(type: MessageName, request: DhcpPacket, network: NetworkWith4): Options {
  const serverId = serverIdOverrideOf(request) ?? network.serverAddress
  return [
    [option.messageType, Uint8Array.of(messageType[type])],
    [option.serverId, ipv4ToBytes(serverId)],
  ]
}

/**
 * Whether the client has its address already, so that `ciaddr` can be believed. In a DISCOVER or beside
 * option 50 it is rubbish, and an answer sent there (rapid commit) would go to somebody else.
 */
function isSettled(
  request: DhcpPacket,
  { type, gift, rapidCommit = false }: ReplyContent,
): boolean {
  if (type !== 'ack' || rapidCommit) return false
  return !(gift.kind === 'lease' && request.options.has(option.requestedAddress))
}

/** Option 118 comes back where the address was chosen by it (RFC 3011 section 2). */
function selected(request: DhcpPacket): Options {
  const value = request.options.get(option.subnetSelection)
  const used = request.giaddr !== 0 && linkSelectionOf(request) === undefined
  return value && used ? [[option.subnetSelection, value]] : []
}

/** What RFC 6842 (61), RFC 4578 (97) and RFC 3046 (82) say must come back as it was sent. */
const echoes: readonly number[] = [option.clientId, option.clientUuid, option.relayAgent]

function echoed(request: DhcpPacket): Options {
  const options: Options = []
  for (const code of echoes) {
    const value = request.options.get(code)
    if (value) options.push([code, value])
  }
  return options
}

/** Whether a file name and its NUL fit into the header; a longer one is in option 67 only. */
function fitsHeader(file: string): boolean {
  return textToBytes(file).length < 128
}
