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
  const socket = createSocket({
    type: 'udp4',
    reusePort: shared,
    recvBufferSize: bufferBytes,
    sendBufferSize: bufferBytes,
    // Peers are addresses already; the usual look-up costs a turn of the event loop per packet.
    lookup: (host, _options, callback) => callback(null, host, 4),
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

export function closeSocket(socket: UdpSocket): Promise<void> {
  return new Promise(done => socket.close(() => done()))
}
