import { createSocket, type Socket } from 'node:dgram'
import type { DownloadSocket, Hearers, ServerSocket, UdpEngine, Where } from './engine.ts'

const bufferBytes = 4 * 1024 * 1024

/** The network by Node's own sockets, wherever Node runs. */
export function dgramEngine(): UdpEngine {
  let clock: NodeJS.Timeout | undefined
  return {
    async bind(where, shared, hearers) {
      return serverSocket(await bindSocket(where, shared), hearers)
    },
    openLine,
    every(ms, look) {
      clock = setInterval(look, ms)
    },
    next: setImmediate,
    during: work => work,
    close: () => clearInterval(clock),
  }
}

function serverSocket(socket: Socket, { heard, failed }: Hearers): ServerSocket {
  socket.on('error', failed)
  socket.on('message', heard)
  return {
    local: socket.address(),
    send(packet, to) {
      socket.send(packet, to.port, to.address)
      return socket.getSendQueueCount() === 0
    },
    close: () => closeSocket(socket),
  }
}

/** See {@link UdpEngine.bind}. */
function bindSocket(where: Where, shared: boolean): Promise<Socket> {
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
 * port 0 lets the system choose. Rejects as {@link UdpEngine.bind} does.
 */
export async function claimPort(address: string, port: number): Promise<number> {
  const socket = await bindSocket({ address, port }, false)
  const claimed = socket.address().port
  await closeSocket(socket)
  return claimed
}

async function openLine(
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

function closeSocket(socket: Socket): Promise<void> {
  return new Promise(done => socket.close(() => done()))
}

function familyOf(address: string): 4 | 6 {
  return address.includes(':') ? 6 : 4
}

function typeOf(family: 4 | 6): { type: 'udp4' | 'udp6'; ipv6Only?: true } {
  return family === 6 ? { type: 'udp6', ipv6Only: true } : { type: 'udp4' }
}
