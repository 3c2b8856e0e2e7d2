import { bootDiscover, requestOf } from '../../src/explain/boot-discover.ts'
import { type Ipv4, type Mac, unspecified } from '../../src/wire/address.ts'
import { messageType, option } from '../../src/wire/dhcp-codes.ts'
import { type DhcpPacket, messageNameOfPacket } from '../../src/wire/dhcp-packet.ts'
import type { Held, Ledger } from '../chaos/ledger.ts'
import type { Lan } from './lan.ts'
import type { Throws } from './throws.ts'
import type { Time } from './time.ts'

/** Milliseconds after which firmware asks again (PXE 2.1, 2.2.6). */
const patience = [4000, 8000, 16_000, 32_000]

type Stage = 'firmware' | 'ipxe'

export interface CardParts {
  readonly time: Time
  readonly roll: Throws
  readonly lan: Lan
  readonly ledger: Ledger
}

type Wire = ReturnType<typeof createWire>

/** The network card of a simulated machine. */
export function createSimCard(mac: Mac, parts: CardParts) {
  const { time, lan } = parts
  const wire = createWire(mac, parts)
  return {
    address: (): Ipv4 | undefined => {
      const held = wire.held()
      return held && held.until > time.now() ? held.address : undefined
    },
    until: (): number => wire.held()?.until ?? 0,
    /** DISCOVER to ACK: the boot file; undefined where nobody answers. */
    lease: (stage: Stage): Promise<string | undefined> => lease(wire, stage, time),
    /** As an operating system does when half of the time is over. Whether it has an address after that. */
    renew: (): Promise<boolean> => renew(wire, time),
    /** Switched off; some give the address back before. */
    leave(isTold: boolean): void {
      const before = wire.held()
      wire.drop()
      lan.ears.delete(mac)
      if (before && isTold) wire.release(before)
    },
  }
}

/** What the card says and hears, and the address that it has. */
function createWire(mac: Mac, { time, roll, lan, ledger }: CardParts) {
  let held: Held | undefined
  let server: Uint8Array = new Uint8Array()
  const discoverOf = (stage: Stage): DhcpPacket => ({
    ...bootDiscover({ mac, stage, arch: 'bios', type: 0 }),
    xid: roll(2 ** 32),
  })
  const send = (packet: DhcpPacket) =>
    lan.send(packet, packet.ciaddr, packet.ciaddr === unspecified)
  return {
    held: () => held,
    discoverOf,
    requestFor: (discover: DhcpPacket, offer: DhcpPacket): DhcpPacket => ({
      ...requestOf(discover, offer),
      xid: roll(2 ** 32),
    }),
    renewalOf({ address }: Held): DhcpPacket {
      const base = discoverOf('firmware')
      const type = Uint8Array.of(messageType.request)
      const options = new Map([...base.options, [option.messageType, type] as const])
      return { ...base, ciaddr: address, options }
    },
    /** One question, and its first answer within that time. */
    ask: (packet: DhcpPacket, ms: number): Promise<DhcpPacket | undefined> =>
      new Promise(resolve => {
        lan.ears.set(mac, answer => answer.xid === packet.xid && resolve(answer))
        time.at(ms, () => resolve(undefined))
        send(packet)
      }),
    take(ack: DhcpPacket, asked: number): void {
      const seconds = Buffer.from(ack.options.get(option.leaseTime) ?? []).readUInt32BE()
      held = { address: ack.yiaddr, mac, until: asked + seconds * 1000 }
      server = ack.options.get(option.serverId) ?? server
      ledger.take(held)
      lan.hold(mac, ack.yiaddr)
    },
    drop(): void {
      held = undefined
      ledger.leave(mac)
      lan.hold(mac, undefined)
    },
    release({ address }: Held): void {
      const options = new Map([
        [option.messageType, Uint8Array.of(messageType.release)],
        [option.serverId, server],
      ])
      send({ ...discoverOf('firmware'), ciaddr: address, options })
    },
  }
}

async function lease(wire: Wire, stage: Stage, time: Time): Promise<string | undefined> {
  wire.drop()
  const discover = wire.discoverOf(stage)
  for (const ms of patience) {
    const offer = await wire.ask(discover, ms)
    if (!offer) continue
    const asked = time.now()
    const ack = await wire.ask(wire.requestFor(discover, offer), ms)
    if (!ack || messageNameOfPacket(ack) !== 'ack') continue
    wire.take(ack, asked)
    return ack.file
  }
  return undefined
}

async function renew(wire: Wire, time: Time): Promise<boolean> {
  const before = wire.held()
  if (!before) return false
  for (const ms of patience) {
    if (before.until <= time.now() + ms) break
    const asked = time.now()
    const ack = await wire.ask(wire.renewalOf(before), ms)
    if (ack && messageNameOfPacket(ack) === 'ack') {
      wire.take(ack, asked)
      return true
    }
    if (ack) break
  }
  if (before.until > time.now()) return true
  return (await lease(wire, 'firmware', time)) !== undefined
}
