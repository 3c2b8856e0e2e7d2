import { macOfPacket } from '../../src/dhcp/read-client.ts'
import type { Ipv4, Mac } from '../../src/wire/address.ts'
import { type DhcpPacket, decodeDhcp, encodeDhcp } from '../../src/wire/dhcp-packet.ts'
import type { SimDaemon } from './daemon.ts'
import { happens, type Throws } from './throws.ts'
import type { Time } from './time.ts'

/** What the network does to what is sent: of a thousand packets, and milliseconds. */
export interface Weather {
  lost: number
  doubled: number
  /** How long one is under way at most: who is slower is overtaken. */
  slow: number
}

/** A question that was not answered: nobody knows whether it was heard. */
export const unanswered = Symbol('unanswered')

/** Milliseconds that whoever asks by HTTP waits. */
const patienceMs = 20_000

interface LanParts {
  readonly time: Time
  readonly roll: Throws
  readonly weather: Weather
  /** The daemon that hears what is sent now, if one does. */
  readonly daemons: () => readonly SimDaemon[]
}

/** The link between machines and daemons: it loses, doubles and reorders. */
export function createLan({ time, roll, weather, daemons }: LanParts) {
  const ears = new Map<Mac, (packet: DhcpPacket) => void>()
  const holders = new Map<Ipv4, Set<Mac>>()

  /** Lets it happen once, twice or never. */
  const carry = (work: () => void): void => {
    const times = happens(roll, weather.lost) ? 0 : happens(roll, weather.doubled) ? 2 : 1
    for (let n = 0; n < times; n++) time.at(1 + roll(weather.slow), work)
  }
  const hear = (bytes: Uint8Array) => {
    const packet = decodeDhcp(bytes)
    const mac = macOfPacket(packet)
    if (mac !== undefined) ears.get(mac)?.(packet)
  }

  return {
    ears,
    /** A machine broadcasts, or speaks to whoever gave it its address. */
    send(packet: DhcpPacket, source: Ipv4, broadcast: boolean): void {
      const bytes = encodeDhcp(packet, { max: 1472 })
      time.stir()
      for (const daemon of daemons()) {
        carry(() => daemon.hear(bytes, source, broadcast, reply => carry(() => hear(reply))))
      }
    },
    /** Asks the daemon; what it answers may come, and what it heard twice it does twice. */
    ask<T>(
      daemon: SimDaemon | undefined,
      work: (daemon: SimDaemon) => Promise<T>,
    ): Promise<T | typeof unanswered> {
      time.stir()
      return new Promise(resolve => {
        time.at(patienceMs, () => resolve(unanswered))
        carry(() => {
          if (!daemon?.isAlive()) return
          work(daemon).then(
            answer => carry(() => resolve(answer)),
            () => carry(() => resolve(unanswered)),
          )
        })
      })
    },
    /** Who answers ARP. */
    macsAt: (address: Ipv4): Mac[] => [...(holders.get(address) ?? [])],
    addressesOf: (mac: Mac): Ipv4[] =>
      [...holders].flatMap(([address, macs]) => (macs.has(mac) ? [address] : [])),
    /** A machine answers ARP for this address from now on, or for none. */
    hold(mac: Mac, address: Ipv4 | undefined): void {
      for (const [other, macs] of holders) {
        if (macs.delete(mac) && macs.size === 0) holders.delete(other)
      }
      if (address === undefined) return
      holders.set(address, (holders.get(address) ?? new Set()).add(mac))
    },
  }
}

export type Lan = ReturnType<typeof createLan>
