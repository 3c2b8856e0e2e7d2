import { createSyslogDesk } from '../../syslog/desk.ts'
import { openSyslog, type SyslogServer } from '../../syslog/server.ts'
import { portError } from '../../system/ports.ts'
import { parseIpv4 } from '../../wire/address.ts'
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
  const desk = createSyslogDesk({ now, counted: measure.syslog, ...timeline.syslog })
  const servers = new Map<string, SyslogServer>()
  const take = (bytes: Uint8Array, from: string) => {
    const address = parseIpv4(from)
    if (address !== undefined) desk.receive(bytes, address)
  }

  return {
    async listen(addresses) {
      for (const [address, server] of servers) {
        if (addresses.includes(address)) continue
        servers.delete(address)
        await server.close()
      }
      for (const address of addresses) {
        if (servers.has(address)) continue
        const failed = (err: Error) => log.error({ err, address }, 'syslog socket')
        const server = await openSyslog({ address, port }, take, failed).catch(error => {
          throw portError(error, 'UDP', address, port)
        })
        servers.set(address, server)
      }
    },
    async close() {
      await Promise.all([...servers.values()].map(server => server.close()))
    },
  }
}
