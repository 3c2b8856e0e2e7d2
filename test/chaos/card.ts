import { randomInt } from 'node:crypto'
import { bootDiscover, requestOf } from '../../src/explain/boot-discover.ts'
import { formatIpv4, type Mac } from '../../src/wire/address.ts'
import { messageType, option } from '../../src/wire/dhcp-codes.ts'
import { type DhcpPacket, messageNameOfPacket } from '../../src/wire/dhcp-packet.ts'
import type { DhcpWire } from '../daemon/client.ts'
import type { Held, Ledger } from './ledger.ts'

/** What a client of DHCP was told with its address. */
export interface Told {
  readonly server: string
  readonly file: string
}

/** The network card of a machine, with the address that it has. */
export function createCard(mac: Mac, wire: DhcpWire, ledger: Ledger) {
  let held: Held | undefined
  let server: Uint8Array = new Uint8Array()
  const discoverOf = (stage: 'firmware' | 'ipxe'): DhcpPacket => ({
    ...bootDiscover({ mac, stage, arch: 'bios', type: 0 }),
    xid: randomInt(2 ** 32),
  })
  const take = (ack: DhcpPacket, asked: number) => {
    const seconds = Buffer.from(ack.options.get(option.leaseTime) ?? []).readUInt32BE()
    held = { address: ack.yiaddr, mac, until: asked + seconds * 1000 }
    ledger.take(held)
  }
  const isOver = () => held === undefined || held.until <= Date.now()
  return {
    mac,
    /** Its address; empty where it has none. */
    address: (): string => (held && !isOver() ? formatIpv4(held.address) : ''),

    /** DISCOVER to ACK. Rejects where nobody answers. */
    async lease(stage: 'firmware' | 'ipxe' = 'firmware'): Promise<Told> {
      const discover = discoverOf(stage)
      const offer = await wire.ask(discover)
      const asked = Date.now()
      const ack = await wire.ask({ ...requestOf(discover, offer), xid: randomInt(2 ** 32) })
      if (messageNameOfPacket(ack) !== 'ack') throw new Error(`${messageNameOfPacket(ack)}`)
      server = ack.options.get(option.serverId) ?? server
      take(ack, asked)
      return { server: formatIpv4(ack.siaddr), file: ack.file }
    },

    /** As an operating system does when half of the time is over: whoever hears it may answer. */
    async keep(): Promise<void> {
      if (!held || held.until - Date.now() > 45_000) return
      const { address } = held
      if (isOver()) {
        ledger.leave(mac)
        held = undefined
        await this.lease()
        return
      }
      const asked = Date.now()
      const type = Uint8Array.of(messageType.request)
      const discover = discoverOf('firmware')
      const options = new Map([...discover.options, [option.messageType, type] as const])
      const ack = await wire.ask({ ...discover, ciaddr: address, options })
      if (messageNameOfPacket(ack) === 'ack') take(ack, asked)
      else {
        ledger.leave(mac)
        held = undefined
        await this.lease()
      }
    },

    /** Gives the address back, or just goes. */
    async leave(isTold: boolean): Promise<void> {
      const before = held
      if (!before || !isTold) return
      held = undefined
      ledger.leave(mac)
      const type = Uint8Array.of(messageType.release)
      await wire.send({
        ...discoverOf('firmware'),
        ciaddr: before.address,
        options: new Map([
          [option.messageType, type],
          [option.serverId, server],
        ]),
      })
    },
  }
}

export type Card = ReturnType<typeof createCard>
