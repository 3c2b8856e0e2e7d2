import { createSocket, type Socket } from 'node:dgram'
import { formatIpv4, type Ipv4, unspecified } from '../wire/address.ts'
import {
  createDesk,
  type Desk,
  type DeskOptions,
  type Door,
  defaultLimits,
  receive,
  type Sender,
  stopAll,
  type TftpLimits,
  wakeAll,
} from './desk.ts'
import { openFiles, type Peer, type Places } from './files.ts'

export interface TftpOptions extends Places, Omit<DeskOptions, 'limits' | 'files'> {
  readonly addresses: readonly Ipv4[]
  /** Sockets that were opened for us, on every address of one interface each. */
  readonly fds?: readonly number[]
  /** 0 lets the system choose. */
  readonly port: number
  readonly limits?: Partial<TftpLimits>
}

export interface Tftp {
  /** The sockets that listen now; an address that the machine does not have yet is missing. */
  bound(): readonly Peer[]
  /** Tells running clients, and resolves when all sockets are closed. */
  close(): Promise<void>
}

interface Server {
  readonly options: TftpOptions
  readonly desk: Desk
  readonly doors: readonly Listener[]
  readonly clock: NodeJS.Timeout
  closed: boolean
}

/** One address and its one socket: answers leave from the port that was asked, as NAT needs it. */
interface Listener {
  readonly address: Ipv4
  readonly fd?: number
  socket: Socket | undefined
  retry: NodeJS.Timeout | undefined
}

const closed = { socket: undefined, retry: undefined }
const rebindMs = 1000
const lookMs = 100
const socketBufferBytes = 4 * 1024 * 1024

/**
 * Serves files over TFTP, read-only, from one port (RFC 1350, 2347, 2348, 2349, 7440).
 *
 * Rejects with the system's error when a port is taken or forbidden. An address that does not exist
 * yet is said in the log and waited for.
 */
export async function openTftp(options: TftpOptions): Promise<Tftp> {
  const limits = { ...defaultLimits, ...options.limits }
  const desk = createDesk({ ...options, limits, files: openFiles(options, limits.cacheBytes) })
  const server: Server = {
    options,
    desk,
    doors: [
      ...options.addresses.map(address => ({ ...closed, address })),
      ...(options.fds ?? []).map(fd => ({ ...closed, address: unspecified, fd })),
    ],
    clock: setInterval(() => wakeAll(desk), Math.min(lookMs, limits.timeoutMs / 4)),
    closed: false,
  }
  const opened = await Promise.allSettled(server.doors.map(door => listen(server, door)))
  const failed = opened.find(result => result.status === 'rejected')
  if (failed) {
    await closeServer(server)
    throw failed.reason
  }
  return { bound: () => server.doors.flatMap(boundTo), close: () => closeServer(server) }
}

async function listen(server: Server, listener: Listener): Promise<void> {
  const { log, port } = server.options
  const address = formatIpv4(listener.address)
  try {
    const { fd } = listener
    const socket = await bindSocket(fd === undefined ? { address, port } : { fd })
    socket.on('error', err => log.warn({ err, address }, 'TFTP socket'))
    listener.socket = socket
    if (server.closed) socket.close()
    else answer(server, listener.address, socket)
    if (listener.retry) log.info({ address, port }, 'TFTP listens: the address has come')
  } catch (error) {
    if (!isMissingAddress(error)) throw error
    if (server.closed) return
    if (!listener.retry) log.warn({ address, port }, 'TFTP waits: no such address here yet')
    listener.retry = setTimeout(() => {
      listen(server, listener).catch(err => log.error({ err, address, port }, 'TFTP cannot listen'))
    }, rebindMs)
  }
}

function answer({ desk, options }: Server, address: Ipv4, socket: Socket): void {
  const door: Door = {
    sessions: new Map(),
    local: { address, port: socket.address().port },
    send(packet, to: Sender) {
      try {
        socket.send(packet, to.port, to.address)
      } catch (err) {
        options.log.debug({ err, peer: `${to.address}:${to.port}` }, 'TFTP packet not sent')
      }
    },
  }
  socket.on('message', (bytes, from) => receive(desk, door, bytes, from))
}

function bindSocket(to: { address: string; port: number } | { fd: number }): Promise<Socket> {
  const socket = createSocket({
    type: 'udp4',
    recvBufferSize: socketBufferBytes,
    sendBufferSize: socketBufferBytes,
    // Peers are addresses already; the usual look-up costs a turn of the event loop per packet.
    lookup: (host, _options, callback) => callback(null, host, 4),
  })
  return new Promise((resolve, reject) => {
    socket.once('error', error => {
      socket.close()
      reject(error)
    })
    socket.bind({ ...to, exclusive: true }, () => {
      socket.removeAllListeners('error')
      resolve(socket)
    })
  })
}

async function closeServer(server: Server): Promise<void> {
  if (server.closed) return
  server.closed = true
  clearInterval(server.clock)
  stopAll(server.desk)
  for (const door of server.doors) clearTimeout(door.retry)
  const sockets = server.doors.flatMap(door => door.socket ?? [])
  await Promise.all(sockets.map(socket => new Promise<void>(done => socket.close(() => done()))))
}

function isMissingAddress(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRNOTAVAIL'
}

function boundTo({ address, socket }: Listener): Peer[] {
  return socket ? [{ address, port: socket.address().port }] : []
}
