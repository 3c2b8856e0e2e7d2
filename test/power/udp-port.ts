import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'

/** A UDP port of 127.0.0.1 that nobody has. */
export async function freeUdpPort(): Promise<number> {
  return bound(0)
}

/** One that ipmiconsole can be given, which reads it as a signed short. */
export async function lowUdpPort(): Promise<number> {
  for (;;) {
    const port = await bound(randomInt(20_000, 32_768)).catch(() => undefined)
    if (port !== undefined) return port
  }
}

async function bound(wanted: number): Promise<number> {
  const socket = createSocket('udp4').bind(wanted, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  await new Promise<void>(resolve => socket.close(() => resolve()))
  return port
}
