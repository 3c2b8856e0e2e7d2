import { printable } from '../base/printable.ts'
import type { NetworkWith4 } from '../boot/network-address.ts'
import type { ForeignBoot, ReasonOf } from '../boot/reason.ts'
import { formatIpv4, type Ipv4, type Mac, macToBytes, unspecified } from '../wire/address.ts'
import { messageType, option } from '../wire/dhcp-codes.ts'
import { broadcastFlag, type DhcpPacket, messageNameOfPacket } from '../wire/dhcp-packet.ts'
import { textOfBytes, textToBytes } from '../wire/dhcp-values.ts'
import { addressIn } from './classify.ts'
import { macOfPacket } from './read-client.ts'

/** Another server that answered our own DISCOVER. */
export interface Rival {
  readonly server: Ipv4
  /** A proxyDHCP server offers no address. */
  readonly gives: 'addresses' | 'boot'
  readonly nextServer?: Ipv4
  readonly bootFile?: string
}

/** What the config says of other DHCP servers in a network. */
export type RivalRule = 'refuse' | 'warn' | readonly Ipv4[]

type OtherServers = { readonly why: ReasonOf<'other-servers'> }

/** What other servers mean for a network: nothing, a warning, or that it gives no addresses for now. */
export type RivalVerdict =
  | { readonly kind: 'clear' }
  | ({ readonly kind: 'warned' | 'held' } & OtherServers)

/**
 * The DISCOVER that makes other servers show: as a PXE client of a BIOS, so that proxyDHCP servers
 * answer too (RFC 4578), and with the broadcast flag, because nobody has the address they offer.
 */
export function rivalProbe(mac: Mac, xid: number): DhcpPacket {
  const chaddr = new Uint8Array(16)
  chaddr.set(macToBytes(mac))
  return {
    op: 1,
    htype: 1,
    hlen: 6,
    hops: 0,
    xid,
    secs: 0,
    flags: broadcastFlag,
    ciaddr: unspecified,
    yiaddr: unspecified,
    siaddr: unspecified,
    giaddr: unspecified,
    chaddr,
    sname: '',
    file: '',
    options: new Map([
      [option.messageType, Uint8Array.of(messageType.discover)],
      [option.parameterList, Uint8Array.of(1, 3, 43, 54, 60, 66, 67)],
      [option.vendorClass, textToBytes('PXEClient:Arch:00000:UNDI:002001')],
      [option.clientArch, Uint8Array.of(0, 0)],
      [option.clientInterface, Uint8Array.of(1, 2, 1)],
      // A UUID of this program alone: version 8 (RFC 9562), the MAC as its node.
      [option.clientUuid, Uint8Array.of(0, ...uuidHead, ...macToBytes(mac))],
    ]),
  }
}

const uuidHead = [0x62, 0x6f, 0x6f, 0x74, 0x77, 0x72, 0x80, 0x67, 0x80, 0x68]

/** The rival that an offer comes from; `undefined` for what does not answer our probe, and for our own. */
export function readRival(
  packet: DhcpPacket,
  source: Ipv4,
  probe: { readonly mac: Mac; readonly xid: number; readonly own: readonly Ipv4[] },
): Rival | undefined {
  if (packet.op !== 2 || packet.xid !== probe.xid || macOfPacket(packet) !== probe.mac) {
    return undefined
  }
  if (messageNameOfPacket(packet) !== 'offer') return undefined
  const server = addressIn(packet, option.serverId) ?? source
  if (probe.own.includes(server)) return undefined
  const file = packet.options.get(option.bootFile) ?? textToBytes(packet.file)
  const bootFile = printable(textOfBytes(file))
  return {
    server,
    gives: packet.yiaddr === unspecified ? 'boot' : 'addresses',
    ...(packet.siaddr === unspecified ? {} : { nextServer: packet.siaddr }),
    ...(bootFile === '' ? {} : { bootFile }),
  }
}

/**
 * The policy. `established` says that the network has given addresses before: it goes on beside a rival,
 * since machines depend on it. Where others give the addresses (proxy mode), only their boot options
 * are of interest.
 */
export function judge(
  { name, mode }: Pick<NetworkWith4, 'name' | 'mode'>,
  rule: RivalRule,
  rivals: readonly Rival[],
  established: boolean,
): RivalVerdict {
  const strangers =
    typeof rule === 'string' ? rivals : rivals.filter(({ server }) => !rule.includes(server))
  const servers = mode === 'server' ? strangers.filter(r => r.gives === 'addresses') : []
  const others = strangers.filter(rival => !servers.includes(rival)).flatMap(otherOf)
  if (servers.length === 0 && others.length === 0) return { kind: 'clear' }
  const held = servers.length > 0 && rule !== 'warn' && !established
  const why = {
    code: 'other-servers',
    network: name,
    servers: servers.map(({ server }) => formatIpv4(server)),
    as: held ? 'held' : rule === 'warn' ? 'allowed' : 'established',
    others,
  } as const
  return { kind: held ? 'held' : 'warned', why }
}

/** A server that only says what to boot, or says so too. */
function otherOf(rival: Rival): Other[] {
  const server = formatIpv4(rival.server)
  if (rival.gives === 'boot') return [{ server }]
  const boot = foreignBootOf(rival)
  return boot ? [{ server, boot }] : []
}

type Other = ReasonOf<'other-servers'>['others'][number]

/** What it says of booting, if it does. */
export function foreignBootOf({ bootFile: file, nextServer }: Rival): ForeignBoot | undefined {
  if (file === undefined) return undefined
  return { file, ...(nextServer !== undefined && { nextServer: formatIpv4(nextServer) }) }
}
