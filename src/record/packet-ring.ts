import type { Reply } from '../dhcp/outcome.ts'
import type { TappedPacket } from '../tftp/packet-tap.ts'
import type { Ipv4, Mac } from '../wire/address.ts'
import { encodePcap } from '../wire/pcap.ts'
import { encodeUdp, type UdpEnd, type UdpPacket } from '../wire/udp-packet.ts'
import { encodeUdp6, type Udp6Packet, udp6HeadBytes } from '../wire/udp6-packet.ts'
import { createRings } from './rings.ts'

/** `at` is in wall-clock epoch milliseconds. */
type KeptPacket =
  | (UdpPacket & {
      readonly at: number
      readonly version: 4
      /** Bytes that it had, where not all of them are kept. */
      readonly length?: number
    })
  | (Udp6Packet & { readonly at: number; readonly version: 6 })

/** Packets kept of one machine at each door: some boots of it. */
const perMachine = 48
/** Machines at each door: at most some 40 MiB in all. */
const machines = 512
/** What a hostile client can make us keep of itself must not push out a host. */
const strangers = 128

export interface PacketRingDeps {
  isHost(mac: Mac): boolean
  macsOf(address: Ipv4): readonly Mac[]
  now(): number
}

/** The last packets of each machine, in memory: DHCP by its MAC, TFTP by its address. */
export function createPacketRing({ isHost, macsOf, now }: PacketRingDeps) {
  const hosts = createRings<Mac, KeptPacket>(machines, perMachine)
  const others = createRings<Mac, KeptPacket>(strangers, perMachine)
  const downloads = createRings<Ipv4, KeptPacket>(machines, perMachine)
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
    tapped({ client, from, to, bytes, length }: TappedPacket): void {
      downloads.add(client.address, { at: now(), version: 4, from, to, payload: bytes, length })
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
  if (packet.version === 6) {
    return { at, bytes: encodeUdp6(packet), length: payload.length + udp6HeadBytes }
  }
  const whole = packet.length ?? payload.length
  return { at, bytes: encodeUdp(packet, whole), length: whole + 28 }
}
