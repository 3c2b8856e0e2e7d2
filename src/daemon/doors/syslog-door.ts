import { sawSyslog, sawSyslogDropped } from '../../record/seen-syslog.ts'
import { createSyslogDesk } from '../../syslog/desk.ts'
import { openSyslog, type SyslogServer } from '../../syslog/server.ts'
import { openSyslogTcp } from '../../syslog/tcp.ts'
import { portError } from '../../system/ports.ts'
import { parseIpAddress } from '../../wire/ip-address.ts'
import type { DoorParts } from '../parts.ts'

/** The syslog receiver: what hosts send lands in their timelines. */
export interface SyslogDoor {
  /** Follows the addresses at which machines reach us. */
  listen(addresses: readonly string[]): Promise<void>
  close(): Promise<void>
}

/** Undefined where the config does not ask for it. */
export function openSyslogDoor(parts: DoorParts): SyslogDoor | undefined {
  const { world, timeline, measure, log, now } = parts
  const port = world.config().syslog?.port
  if (port === undefined) return undefined
  const desk = createSyslogDesk({
    now,
    counted: measure.syslog,
    keep: (from, message) => sawSyslog(timeline, from, message),
    missed: (from, count) => sawSyslogDropped(timeline, from, count),
  })
  const servers = new Map<string, readonly SyslogServer[]>()
  const take = (bytes: Uint8Array, from: string) => {
    const address = parseIpAddress(from)
    if (address !== undefined) desk.receive(bytes, address)
  }

  return {
    async listen(addresses) {
      for (const [address, pair] of servers) {
        if (addresses.includes(address)) continue
        servers.delete(address)
        await closeAll(pair)
      }
      for (const address of addresses) {
        if (servers.has(address)) continue
        const failed = (err: Error) => log.error({ err, address }, 'syslog socket')
        const udp = await openSyslog({ address, port }, take, failed).catch(error => {
          throw portError(error, 'UDP', address, port)
        })
        const tcp = await openSyslogTcp({ address, port }, take, failed).catch(async error => {
          await udp.close()
          throw portError(error, 'TCP', address, port)
        })
        servers.set(address, [udp, tcp])
      }
    },
    async close() {
      await closeAll([...servers.values()].flat())
    },
  }
}

async function closeAll(servers: readonly SyslogServer[]): Promise<void> {
  await Promise.all(servers.map(server => server.close()))
}
