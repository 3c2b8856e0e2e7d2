import { createServer, type Socket } from 'node:net'
import { readSlowly } from '../base/read-slowly.ts'
import { createSyslogFrames } from '../wire/syslog-frames.ts'
import type { SyslogServer } from './server.ts'

/** Connections of one address, and of all. A sender that is new takes the place of the longest silent. */
const perAddress = 8
const most = 512
/** From one piece of at most 64 KiB to the next; many connections together have no more than some a second. */
const restMs = 50
const restOfEachMs = 10
/** rsyslog keeps its connection open for as long as there may be something to say. */
const silentMs = 3600_000

/** A TCP socket that hears syslog on the port of the datagrams: rsyslog's `@@`, Anaconda's `inst.syslog=`. */
export async function openSyslogTcp(
  where: { readonly address: string; readonly port: number },
  take: (bytes: Uint8Array, from: string) => void,
  failed: (error: Error) => void,
): Promise<SyslogServer> {
  const open = new Set<Socket>()
  const admit = (socket: Socket) => {
    const from = socket.remoteAddress ?? ''
    const own = [...open].filter(({ remoteAddress }) => remoteAddress === from)
    if (own.length >= perAddress) own[0]?.destroy()
    else if (open.size >= most) open.values().next().value?.destroy()
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    socket.on('error', () => {})
    socket.setTimeout(silentMs, () => socket.destroy())
    const frames = createSyslogFrames()
    const rest = () => Math.max(restMs, restOfEachMs * open.size)
    readSlowly<Uint8Array>(socket, rest, bytes => {
      // Whoever was heard last is the last to go.
      open.delete(socket)
      open.add(socket)
      for (const message of frames.push(bytes)) take(message, from)
    })
    socket.once('end', () => {
      for (const message of frames.end()) take(message, from)
    })
  }
  const server = createServer(admit)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: where.address, port: where.port }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  server.on('error', failed)
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : where.port,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        for (const socket of open) socket.destroy()
      }),
  }
}
