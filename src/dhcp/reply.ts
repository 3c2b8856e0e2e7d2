import type { Client } from '../boot/client.ts'
import { type Answer, canBeSentToDisk } from '../boot/decide.ts'
import type { Network } from '../boot/host.ts'
import {
  formatIpv4,
  type Ipv4,
  ipv4ToBytes,
  macWithHyphens,
  subnetBroadcast,
  subnetMask,
  unspecified,
} from '../wire/address.ts'
import { type MessageName, messageType, option } from '../wire/dhcp-codes.ts'
import type { DhcpOptions } from '../wire/dhcp-options.ts'
import { broadcastFlag, type DhcpPacket, smallestMaximum } from '../wire/dhcp-packet.ts'
import {
  addressesToBytes,
  terminatedTextToBytes,
  textToBytes,
  u16OfBytes,
  u32ToBytes,
} from '../wire/dhcp-values.ts'
import { noProxyDhcp } from '../wire/ipxe-options.ts'
import { raspberryPiMenu, useThisOffer } from '../wire/pxe-options.ts'

/** What a reply gives besides the boot. */
export type Gift =
  /** An address, for a time in seconds; the host's name where the address is reserved. */
  | {
      readonly kind: 'lease'
      readonly address: Ipv4
      readonly seconds: number
      readonly hostName?: string
    }
  /** The settings of the network, for a client that has its address from elsewhere (DHCPINFORM). */
  | { readonly kind: 'settings' }
  /** Nothing: somebody else's DHCP server does that. */
  | { readonly kind: 'proxy' }

/** Everything a reply says. */
export interface Say {
  readonly type: 'offer' | 'ack'
  readonly network: Network
  readonly httpPort: number
  readonly gift: Gift
  readonly client?: Client
  readonly answer?: Answer
}

/** The OFFER or ACK to a request (RFC 2131 table 3; PXE 2.1; RFC 4578). */
export function buildReply(request: DhcpPacket, say: Say): DhcpPacket {
  const boot = bootOf(say)
  const options: DhcpOptions = new Map([
    ...head(say.type, say.network),
    ...settingsOf(request, say),
    ...boot.options,
    ...echoed(request),
  ])
  return {
    ...blankReply(request),
    ciaddr: say.type === 'ack' ? request.ciaddr : unspecified,
    yiaddr: say.gift.kind === 'lease' ? say.gift.address : unspecified,
    siaddr: boot.options.length === 0 ? unspecified : say.network.serverAddress,
    sname: boot.sname ?? '',
    file: boot.file !== undefined && fitsHeader(boot.file) ? boot.file : '',
    options: new Map([...options].sort(([a], [b]) => a - b)),
  }
}

/** The NAK to a request, with the reason as its message (RFC 2131 table 3). */
export function buildNak(request: DhcpPacket, network: Network, reason: string): DhcpPacket {
  const reply = blankReply(request)
  return {
    ...reply,
    // The client may have no address that the relay could reach it by (RFC 2131 section 4.3.2).
    flags: request.giaddr === 0 ? reply.flags : reply.flags | broadcastFlag,
    options: new Map([
      ...head('nak', network),
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

type Options = [code: number, value: Uint8Array][]

function head(type: MessageName, network: Network): Options {
  return [
    [option.messageType, Uint8Array.of(messageType[type])],
    [option.serverId, ipv4ToBytes(network.serverAddress)],
  ]
}

/** What RFC 6842 (61), RFC 4578 (97) and RFC 3046 (82) say must come back as it was sent. */
function echoed(request: DhcpPacket): Options {
  return [option.clientId, option.clientUuid, option.relayAgent].flatMap(code => {
    const value = request.options.get(code)
    return value ? [[code, value] as [number, Uint8Array]] : []
  })
}

const always: readonly number[] = [option.subnetMask, option.leaseTime]

/** The options of a lease and of its network that the client's option 55 asks for; all without one. */
function settingsOf(request: DhcpPacket, say: Say): Options {
  const { gift, network } = say
  if (gift.kind === 'proxy') return []
  const wanted = request.options.get(option.parameterList)
  const all = [...networkOptions(network), ...(gift.kind === 'lease' ? leaseOptions(gift) : [])]
  return all.filter(([code]) => !wanted || always.includes(code) || wanted.includes(code))
}

function networkOptions({ subnet, router, dns, domain }: Network): Options {
  const options: Options = [
    [option.subnetMask, ipv4ToBytes(subnetMask(subnet))],
    [option.broadcast, ipv4ToBytes(subnetBroadcast(subnet))],
  ]
  if (router !== undefined) options.push([option.router, ipv4ToBytes(router)])
  if (dns.length > 0) options.push([option.dns, addressesToBytes(dns)])
  if (domain !== undefined) options.push([option.domain, textToBytes(domain)])
  return options
}

function leaseOptions({ seconds, hostName }: Extract<Gift, { kind: 'lease' }>): Options {
  const time = Math.min(seconds, 0xffffffff)
  const options: Options = [
    [option.leaseTime, u32ToBytes(time)],
    [option.renewalTime, u32ToBytes(Math.floor(time * 0.5))],
    [option.rebindingTime, u32ToBytes(Math.floor(time * 0.875))],
  ]
  if (hostName !== undefined) options.push([option.hostName, textToBytes(hostName)])
  return options
}

/** Whether a file name and its NUL fit into the header; a longer one is in option 67 only. */
function fitsHeader(file: string): boolean {
  return textToBytes(file).length < 128
}

interface Boot {
  readonly file?: string
  readonly sname?: string
  readonly options: Options
}

const noBoot: Boot = { options: [] }

/** The answer in the words of DHCP. Every boot file is said twice: ROMs read either form. */
function bootOf(say: Say): Boot {
  const { client, answer, network } = say
  if (!client || !answer) return noBoot
  switch (answer.kind) {
    case 'none':
    case 'boot':
      return noBoot
    case 'local':
      if (!canBeSentToDisk(client)) return noBoot
      return client.stage === 'http-firmware'
        ? httpBoot(`${baseUrl(say)}/no-such-file.efi`)
        : { options: pxeOptions(client) }
    case 'chain': {
      const url = `${baseUrl(say)}/boot/${macWithHyphens(client.mac)}/boot.ipxe`
      return { file: url, options: [bootFile(url), ...ipxeOptions(say)] }
    }
    case 'load': {
      if (answer.over === 'http') {
        return httpBoot(`${baseUrl(say)}/loaders/${encodeURIComponent(answer.file)}`)
      }
      const server = formatIpv4(network.serverAddress)
      return {
        file: answer.file,
        sname: server,
        options: [
          bootFile(answer.file),
          [option.tftpServer, terminatedTextToBytes(server)],
          ...pxeOptions(client),
          ...(client.stage === 'ipxe' ? ipxeOptions(say) : []),
        ],
      }
    }
  }
}

/** UEFI HTTP Boot takes a URL only under its own class (UEFI 2.10 section 24.7.3). */
function httpBoot(url: string): Boot {
  return { file: url, options: [bootFile(url), [option.vendorClass, textToBytes('HTTPClient')]] }
}

/** Makes PXE firmware take the boot file of this reply, without a menu and without asking port 4011. */
function pxeOptions(client: Client): Options {
  // U-Boot is firmware too, but no PXE client.
  if (client.stage === 'firmware' && !client.vendorClass?.startsWith('PXEClient')) return []
  return [
    [option.vendorClass, textToBytes('PXEClient')],
    [option.vendorSpecific, client.arch === 'rpi' ? raspberryPiMenu : useThisOffer],
  ]
}

/** iPXE takes a proxy's word only under `PXEClient`; from a DHCP server it need not wait for a proxy. */
function ipxeOptions({ gift }: Say): Options {
  return gift.kind === 'proxy'
    ? [[option.vendorClass, textToBytes('PXEClient')]]
    : [[option.ipxe, noProxyDhcp]]
}

function bootFile(name: string): [number, Uint8Array] {
  return [option.bootFile, terminatedTextToBytes(name)]
}

function baseUrl({ network, httpPort }: Say): string {
  return `http://${formatIpv4(network.serverAddress)}:${httpPort}`
}
