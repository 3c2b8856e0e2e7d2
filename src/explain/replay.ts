import { hasIpv4, type NetworkWith4 } from '../boot/network-address.ts'
import { limitedBroadcast, subnetBroadcast, subnetContains } from '../wire/address.ts'
import { decodeDhcp } from '../wire/dhcp-packet.ts'
import { decodeDhcp6 } from '../wire/dhcp6-packet.ts'
import { readable, WireError } from '../wire/error.ts'
import { isLinkLocal } from '../wire/ipv6.ts'
import { decodePcap } from '../wire/pcap.ts'
import { decodeTftp } from '../wire/tftp-packet.ts'
import { decodeUdp, type UdpPacket } from '../wire/udp-packet.ts'
import { decodeUdp6, type Udp6Packet } from '../wire/udp6-packet.ts'
import type { World } from '../world/world.ts'
import { fileShown, type Shown, shownDhcp, shownDhcp6 } from './question.ts'
import type { Rehearsal } from './rehearsal.ts'

/** A captured request, when it came, and what it would be answered. */
export type Replayed = Shown & {
  /** ISO 8601. */
  readonly at: string
}

/** What a capture file had for us. */
export interface Replay {
  readonly answers: readonly Replayed[]
  /** Packets that may be requests and that the capture cut, and bytes that it kept of the longest of them. */
  readonly cut: number
  readonly kept: number
}

/**
 * Answers the DHCP and TFTP requests in a capture file, one after the other. `name` is the network that
 * they were captured in, where several are possible. Throws WireError on what is no capture file.
 */
export async function replay(
  file: Uint8Array,
  rehearsal: Rehearsal,
  world: World,
  name: string | undefined,
): Promise<Replay> {
  const answers: Replayed[] = []
  let cut = 0
  let kept = 0
  for (const { at, bytes, length, link } of decodePcap(file)) {
    const udp = decodeUdp(link, bytes) ?? decodeUdp6(link, bytes)
    // What is left of a request is not answered: without its last options it is another one.
    if (bytes.length < length && mayBeRequest(udp, bytes, world)) {
      cut++
      kept = Math.max(kept, bytes.length)
      continue
    }
    const shown = udp && (await answer(udp, at, rehearsal, world, name))
    if (shown) answers.push({ at: new Date(at).toISOString(), ...shown })
  }
  return { answers, cut, kept }
}

type AnyUdp = UdpPacket | Udp6Packet

const isOfIpv6 = (udp: AnyUdp): udp is Udp6Packet => typeof udp.from.address === 'string'

/** The longest headers before a payload: SLL2, two tags, IP with options, UDP. */
const longestHeaders = 20 + 8 + 60 + 8

/** Of a packet that was cut: whether it went to a port of ours, or was cut before that could be seen. */
function mayBeRequest(udp: AnyUdp | undefined, bytes: Uint8Array, world: World): boolean {
  if (!udp) return bytes.length < longestHeaders
  const { dhcp, tftp } = world.config()
  const own = [dhcp.port, dhcp.proxyPort, dhcp.port6, tftp.port]
  return [67, 69, 547, 4011, ...own].includes(udp.to.port)
}

async function answer(
  udp: AnyUdp,
  at: number,
  rehearsal: Rehearsal,
  world: World,
  name: string | undefined,
): Promise<Shown | undefined> {
  const { dhcp, tftp } = world.config()
  const { port } = udp.to
  if (port === 69 || port === tftp.port) return answerTftp(udp, rehearsal)
  if (isOfIpv6(udp)) return answerDhcp6(udp, at, rehearsal, world, name)
  if (port === 67 || port === dhcp.port) return answerDhcp(udp, 'dhcp', at, rehearsal, name)
  if (port === 4011 || port === dhcp.proxyPort) return answerDhcp(udp, 'proxy', at, rehearsal, name)
  return undefined
}

/** A capture does not tell by which interface a packet came: by that of the named network, or the first. */
function answerDhcp6(
  { from, to, payload }: Udp6Packet,
  at: number,
  { networks, dhcp6 }: Rehearsal,
  world: World,
  name: string | undefined,
): Shown | undefined {
  const { port6, proxyPort } = world.config().dhcp
  const isProxyPort = to.port === 4011 || to.port === proxyPort
  if (!isProxyPort && to.port !== 547 && to.port !== port6) return undefined
  const packet = readable(() => decodeDhcp6(payload))
  if (!packet) return undefined
  const linked = networks.filter(({ ipv6, interface: on }) => ipv6 && on !== undefined)
  const device = (linked.find(network => network.name === name) ?? linked[0])?.interface
  const arrival = {
    ...{ source: from.address, port: from.port },
    ...(device !== undefined && isLinkLocal(from.address) && { interface: device }),
    ...(isProxyPort && { isProxyPort }),
  }
  return shownDhcp6(dhcp6(packet, arrival, at), arrival, to.port)
}

function answerDhcp(
  { from, to, payload }: UdpPacket,
  port: 'dhcp' | 'proxy',
  at: number,
  rehearsal: Rehearsal,
  name: string | undefined,
): Shown | undefined {
  const packet = orError(() => decodeDhcp(payload))
  if (packet instanceof WireError) {
    const outcome = rehearsal.unreadable(payload, packet)
    return shownDhcp(outcome, to.port)
  }
  // Replies that servers send to a relay go to port 67 too.
  if (packet.op !== 1) return undefined
  const networks = rehearsal.networks.filter(hasIpv4)
  const isBroadcast = ({ subnet }: NetworkWith4) => to.address === subnetBroadcast(subnet)
  const broadcast = to.address === limitedBroadcast || networks.some(isBroadcast)
  const network =
    networks.find(network => network.name === name) ??
    networks.find(({ serverAddress }) => serverAddress === to.address) ??
    networks.find(({ subnet }) => subnetContains(subnet, from.address)) ??
    networks[0]
  const arrival = { broadcast, port, source: from, serverPort: 67, ...(network && { network }) }
  return shownDhcp(rehearsal.dhcp(packet, arrival, at), to.port)
}

async function answerTftp(
  { payload }: Pick<UdpPacket, 'payload'>,
  rehearsal: Rehearsal,
): Promise<Shown | undefined> {
  const packet = readable(() => decodeTftp(payload))
  if (packet?.kind !== 'rrq') return undefined
  const found = await rehearsal.tftp(packet.file)
  const { file } = packet
  return fileShown('tftp', file, found)
}

function orError<T>(read: () => T): T | WireError {
  try {
    return read()
  } catch (error) {
    if (error instanceof WireError) return error
    throw error
  }
}
