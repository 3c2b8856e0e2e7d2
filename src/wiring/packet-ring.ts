import type { Reply } from '../dhcp/desk.ts'
import { replyLimit } from '../dhcp/reply.ts'
import type { TappedPacket } from '../tftp/tap.ts'
import type { Ipv4, Mac } from '../wire/address.ts'
import { type DhcpPacket, encodeDhcp } from '../wire/dhcp-packet.ts'
import { encodePcap } from '../wire/pcap.ts'
import { encodeUdp, type UdpEnd } from '../wire/udp-packet.ts'

/** A packet that is kept; a reply of ours is put into bytes when somebody wants to see it. */
interface Kept {
  /** Wall-clock epoch milliseconds. */
  readonly at: number
  readonly from: UdpEnd
  readonly to: UdpEnd
  readonly payload: Uint8Array | { readonly reply: DhcpPacket; readonly limit: number }
  readonly length?: number
}

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
  const hosts = createRings<Mac>(machines)
  const others = createRings<Mac>(strangers)
  const downloads = createRings<Ipv4>(machines)
  const ringsOf = (mac: Mac) => (isHost(mac) ? hosts : others)

  return {
    /** A DHCP packet of a client. */
    heard(mac: Mac, bytes: Uint8Array, from: UdpEnd, to: UdpEnd): void {
      ringsOf(mac).add(mac, { at: now(), from, to, payload: bytes })
    },

    /** What it was answered, from this port of ours. */
    answered(outcome: Reply, request: DhcpPacket, port: number): void {
      if (!outcome.mac) return
      const { mac, reply, to, network } = outcome
      const from = { address: network.serverAddress, port }
      const payload = { reply, limit: replyLimit(request) }
      ringsOf(mac).add(mac, { at: now(), from, to, payload })
    },

    /** A TFTP packet from or to a client. */
    tapped({ client, from, to, bytes, length }: TappedPacket): void {
      downloads.add(client.address, { at: now(), from, to, payload: bytes, length })
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
function capturedOf({ at, from, to, payload, length }: Kept) {
  const isBytes = payload instanceof Uint8Array
  const bytes = isBytes ? payload : encodeDhcp(payload.reply, { max: payload.limit })
  const whole = length ?? bytes.length
  return { at, bytes: encodeUdp({ from, to, payload: bytes }, whole), length: whole + 28 }
}

/** Some packets for each key; the key that was silent for longest goes first. */
function createRings<K>(most: number) {
  const rings = new Map<K, Kept[]>()
  return {
    add(key: K, packet: Kept): void {
      const ring = rings.get(key) ?? []
      rings.delete(key)
      rings.set(key, ring)
      ring.push(packet)
      if (ring.length > perMachine) ring.shift()
      const [oldest] = rings.keys()
      if (rings.size > most && oldest !== undefined) rings.delete(oldest)
    },
    of: (key: K): readonly Kept[] => rings.get(key) ?? [],
    keys: (): K[] => [...rings.keys()],
  }
}
