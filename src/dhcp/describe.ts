import { printable, quotedText } from '../base/printable.ts'
import { formatIpv4, formatSubnet, hexPairs, type Ipv4 } from '../wire/address.ts'
import { type Route, routesOfBytes } from '../wire/classless-routes.ts'
import { messageNameOf, option } from '../wire/dhcp-codes.ts'
import { type DhcpPacket, messageNameOfPacket } from '../wire/dhcp-packet.ts'
import { addressesOfBytes, u16ListOfBytes, u32OfBytes, uuidOfBytes } from '../wire/dhcp-values.ts'
import { domainsOfBytes } from '../wire/domain-names.ts'
import { readable } from '../wire/error.ts'

/**
 * A packet as text for people: a line for each field that is not empty and each option, in the order
 * they stand in. The same packet always gives the same text. Never throws.
 */
export function describe(packet: DhcpPacket): string {
  return `${[...describeHeader(packet), ...[...packet.options].map(describeOption)].join('\n')}\n`
}

function describeHeader(packet: DhcpPacket): string[] {
  const direction = packet.op === 1 ? 'request' : packet.op === 2 ? 'reply' : `op ${packet.op}`
  const fields: [string, string][] = [
    ['hops', number(packet.hops)],
    ['secs', number(packet.secs)],
    ['flags', packet.flags === 0 ? '' : `0x${packet.flags.toString(16).padStart(4, '0')}`],
    ['ciaddr', address(packet.ciaddr)],
    ['yiaddr', address(packet.yiaddr)],
    ['siaddr', address(packet.siaddr)],
    ['giaddr', address(packet.giaddr)],
    ['chaddr', hexPairs(packet.chaddr.subarray(0, packet.hlen))],
    ['sname', packet.sname === '' ? '' : quotedText(packet.sname)],
    ['file', packet.file === '' ? '' : quotedText(packet.file)],
  ]
  return [
    `${direction} ${messageNameOfPacket(packet) ?? 'bootp'} xid 0x${packet.xid.toString(16).padStart(8, '0')}`,
    ...fields.filter(([, text]) => text !== '').map(([name, text]) => `${name} ${text}`),
  ]
}

function describeOption([code, value]: [number, Uint8Array]): string {
  const known = options[code]
  const shown = known?.[1](value) ?? hexPairs(value)
  return `${code} ${known?.[0] ?? 'option'}: ${shown}`
}

/** A value as text, or `undefined` when its bytes are not what the option should hold. */
type Show = (value: Uint8Array) => string | undefined

const decoder = new TextDecoder()

const text: Show = value => quotedText(decoder.decode(value))
const seconds: Show = value => (value.length === 4 ? `${u32OfBytes(value)} s` : undefined)
const numbers: Show = value => u16ListOfBytes(value).join(' ')
const codes: Show = value => value.join(' ')
const addresses: Show = value =>
  value.length % 4 === 0 ? addressesOfBytes(value).map(formatIpv4).join(' ') : undefined
const typeName: Show = value => messageNameOf(value[0] ?? 0)

const options: Readonly<Record<number, readonly [name: string, show: Show]>> = {
  [option.subnetMask]: ['subnet mask', addresses],
  [option.router]: ['router', addresses],
  [option.dns]: ['dns', addresses],
  [option.hostName]: ['host name', text],
  [option.domain]: ['domain', text],
  [option.mtu]: ['mtu', numbers],
  [option.broadcast]: ['broadcast', addresses],
  [option.ntp]: ['ntp', addresses],
  [option.vendorSpecific]: ['vendor specific', hexPairs],
  [option.requestedAddress]: ['requested address', addresses],
  [option.leaseTime]: ['lease time', seconds],
  [option.overload]: ['overload', codes],
  [option.messageType]: ['message type', typeName],
  [option.serverId]: ['server', addresses],
  [option.parameterList]: ['parameters', codes],
  [option.message]: ['message', text],
  [option.maxMessageSize]: ['maximum size', numbers],
  [option.renewalTime]: ['renewal time', seconds],
  [option.rebindingTime]: ['rebinding time', seconds],
  [option.vendorClass]: ['vendor class', text],
  [option.clientId]: ['client id', hexPairs],
  [option.tftpServer]: ['tftp server', text],
  [option.bootFile]: ['boot file', text],
  [option.userClass]: ['user class', text],
  [option.rapidCommit]: ['rapid commit', hexPairs],
  [option.relayAgent]: ['relay agent', hexPairs],
  [option.clientArch]: ['client arch', numbers],
  [option.clientInterface]: ['client interface', hexPairs],
  [option.clientUuid]: ['client uuid', uuidOfBytes],
  [option.subnetSelection]: ['subnet selection', addresses],
  [option.domainSearch]: [
    'domain search',
    value => readable(() => printable(domainsOfBytes(value).join(' '))),
  ],
  [option.classlessRoutes]: [
    'routes',
    value => readable(() => routesOfBytes(value).map(way).join(', ')),
  ],
  [option.ipxe]: ['ipxe', hexPairs],
}

function way({ to, via }: Route): string {
  return `${formatSubnet(to)} via ${formatIpv4(via)}`
}

function number(value: number): string {
  return value === 0 ? '' : `${value}`
}

function address(value: Ipv4): string {
  return value === 0 ? '' : formatIpv4(value)
}
