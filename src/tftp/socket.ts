import { createSocket, type Socket } from 'node:dgram'
import type { Where } from './messages.ts'

export type UdpSocket = Socket

const bufferBytes = 4 * 1024 * 1024

/**
 * Opens a UDP socket. With `shared`, several sockets of ours have the same port, and each client always
 * talks to the same one of them (SO_REUSEPORT, socket(7)).
 *
 * Rejects with the system's error when the port is taken, forbidden, or the address is not there.
 */
export function bindSocket(where: Where, shared: boolean): Promise<UdpSocket> {
  const family = 'address' in where ? familyOf(where.address) : 4
  const socket = createSocket({
    ...typeOf(family),
    reusePort: shared,
    recvBufferSize: bufferBytes,
    sendBufferSize: bufferBytes,
    // Peers are addresses already; the usual look-up costs a turn of the event loop per packet.
    lookup: (host, _options, callback) => callback(null, host, family),
  })
  return new Promise((resolve, reject) => {
    socket.once('error', error => {
      socket.close()
      reject(error)
    })
    socket.bind({ ...where, exclusive: true }, () => {
      socket.removeAllListeners('error')
      resolve(socket)
    })
  })
}

/**
 * Makes sure that nobody else has a port, which a shared socket would not notice, and says which it is:
 * port 0 lets the system choose. Rejects as {@link bindSocket} does.
 */
export async function claimPort(address: string, port: number): Promise<number> {
  const socket = await bindSocket({ address, port }, false)
  const claimed = socket.address().port
  await closeSocket(socket)
  return claimed
}

/** A port of our own for one download, and nobody but its client is heard there (RFC 1350 section 4). */
export interface DownloadSocket {
  readonly address: string
  readonly port: number
  /** True when the bytes have left: they may be written again. */
  send(packet: Uint8Array): boolean
  /** What was sent before still leaves. */
  close(): void
}

/** Opens a port that the system chooses at random. Rejects with the system's error. */
export async function openLine(
  address: string,
  client: { readonly address: string; readonly port: number },
  heard: (bytes: Buffer) => void,
): Promise<DownloadSocket> {
  const family = familyOf(address)
  const socket = createSocket({
    ...typeOf(family),
    lookup: (host, _options, callback) => callback(null, host, family),
  })
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.bind({ address, port: 0, exclusive: true }, () => {
        socket.connect(client.port, client.address, () => resolve())
      })
    })
  } catch (error) {
    socket.close()
    throw error
  }
  // A client that is gone says so by ICMP; the timer ends its download.
  socket.removeAllListeners('error').on('error', () => {})
  socket.on('message', heard)
  return {
    ...socket.address(),
    send(packet) {
      socket.send(packet)
      return socket.getSendQueueCount() === 0
    },
    close: () => void setImmediate(() => socket.close()),
  }
}

export function closeSocket(socket: UdpSocket): Promise<void> {
  return new Promise(done => socket.close(() => done()))
}

function familyOf(address: string): 4 | 6 {
  return address.includes(':') ? 6 : 4
}

function typeOf(family: 4 | 6): { type: 'udp4' | 'udp6'; ipv6Only?: true } {
  return family === 6 ? { type: 'udp6', ipv6Only: true } : { type: 'udp4' }
}
