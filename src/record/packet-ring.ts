import type { Reply } from '../dhcp/outcome.ts'
import type { Peer } from '../tftp/files.ts'
import type { TappedPacket } from '../tftp/packet-tap.ts'
import type { Mac } from '../wire/address.ts'
import type { IpAddress } from '../wire/ip-address.ts'
import { encodePcap } from '../wire/pcap.ts'
import { encodeUdp, type UdpEnd, type UdpPacket } from '../wire/udp-packet.ts'
import { encodeUdp6, type Udp6End, type Udp6Packet, udp6HeadBytes } from '../wire/udp6-packet.ts'
import { createRings } from './rings.ts'

/** `at` is in wall-clock epoch milliseconds. */
type KeptPacket =
  | (UdpPacket & {
      readonly at: number
      readonly version: 4
      /** Bytes that it had, where not all of them are kept. */
      readonly length?: number
    })
  | (Udp6Packet & { readonly at: number; readonly version: 6; readonly length?: number })

/** Packets kept of one machine at each door: some boots of it. */
const perMachine = 48
/** Machines at each door: at most some 40 MiB in all. */
const machines = 512
/** What a hostile client can make us keep of itself must not push out a host. */
const strangers = 128

export interface PacketRingDeps {
  isHost(mac: Mac): boolean
  macsOf(address: IpAddress): readonly Mac[]
  now(): number
}

/** The last packets of each machine, in memory: DHCP by its MAC, TFTP by its address. */
export function createPacketRing({ isHost, macsOf, now }: PacketRingDeps) {
  const hosts = createRings<Mac, KeptPacket>(machines, perMachine)
  const others = createRings<Mac, KeptPacket>(strangers, perMachine)
  const downloads = createRings<IpAddress, KeptPacket>(machines, perMachine)
  const ringsOf = (mac: Mac) => (isHost(mac) ? hosts : others)

  return {
    /** A DHCP packet of a client. */
    heard(mac: Mac, bytes: Uint8Array, from: UdpEnd, to: UdpEnd): void {
      ringsOf(mac).add(mac, { at: now(), version: 4, from, to, payload: bytes })
    },

    /** What it was answered, from this port of ours. */
    answered({ mac, to, network }: Reply, bytes: Uint8Array, port: number): void {
      if (!mac) return
      const from = { address: network.serverAddress, port }
      ringsOf(mac).add(mac, { at: now(), version: 4, from, to, payload: bytes })
    },

    /** A DHCPv6 packet of a client, or to it. */
    kept6(mac: Mac, { from, to, payload }: Udp6Packet): void {
      ringsOf(mac).add(mac, { at: now(), version: 6, from, to, payload })
    },

    /** A TFTP packet from or to a client. */
    tapped(packet: TappedPacket): void {
      const kept = keptOf(packet, now())
      if (kept) downloads.add(packet.client.address, kept)
    },

    /** All that is kept of the machine with these cards, as a capture file. */
    pcapOf(macs: readonly Mac[]): Uint8Array {
      const addresses = downloads.keys().filter(a => macsOf(a).some(mac => macs.includes(mac)))
      const packets = [
        ...macs.flatMap(mac => [...hosts.of(mac), ...others.of(mac)]),
        ...addresses.flatMap(downloads.of),
      ]
      return encodePcap(packets.toSorted((a, b) => a.at - b.at).map(capturedOf))
    },
  }
}

export type PacketRing = ReturnType<typeof createPacketRing>

/** IP and UDP headers are made anew from the addresses and ports: a socket hands over the payload only. */
function capturedOf(packet: KeptPacket) {
  const { at, payload } = packet
  const whole = packet.length ?? payload.length
  if (packet.version === 6) {
    return { at, bytes: encodeUdp6(packet, whole), length: whole + udp6HeadBytes }
  }
  return { at, bytes: encodeUdp(packet, whole), length: whole + 28 }
}

/** Both ends are of one family. */
function keptOf({ from, to, bytes, length }: TappedPacket, at: number): KeptPacket | undefined {
  const kept = { at, payload: bytes, length }
  if (isOf4(from) && isOf4(to)) return { ...kept, version: 4, from, to }
  return isOf6(from) && isOf6(to) ? { ...kept, version: 6, from, to } : undefined
}

const isOf4 = (end: Peer): end is UdpEnd => typeof end.address === 'number'
const isOf6 = (end: Peer): end is Udp6End => typeof end.address === 'string'
