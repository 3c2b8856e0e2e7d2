import { createSocket } from 'node:dgram'

/** A socket that hears syslog. Nothing is ever sent from it. */
export interface SyslogServer {
  /** The port it has, where the system chose one. */
  readonly port: number
  close(): Promise<void>
}

/** Opens it. Rejects with the error of `bind` as Node made it (`code`, `address`, `port`). */
export async function openSyslog(
  where: { readonly address: string; readonly port: number },
  take: (bytes: Uint8Array, from: string) => void,
  failed: (error: Error) => void,
): Promise<SyslogServer> {
  const socket = createSocket({
    ...(where.address.includes(':') ? { type: 'udp6', ipv6Only: true } : { type: 'udp4' }),
    recvBufferSize: 1 << 20,
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('error', error => {
      socket.close()
      reject(error)
    })
    socket.bind({ ...where, exclusive: true }, () => {
      socket.removeAllListeners('error')
      resolve()
    })
  })
  socket.on('error', failed)
  socket.on('message', (bytes, { address }) => take(bytes, address))
  return {
    port: socket.address().port,
    close: () => new Promise(resolve => socket.close(() => resolve())),
  }
}
