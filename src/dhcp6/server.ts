import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import type { NetworkWith6 } from '../boot/network-address.ts'
import { type Ipv6, parseIpv6 } from '../wire/ipv6.ts'
import { createDhcp6Desk, type Dhcp6DeskOptions } from './desk.ts'
import type { Arrival6 } from './network.ts'

export interface Dhcp6ServerOptions extends Dhcp6DeskOptions {
  /** 547. */
  readonly port: number
  /** 4011, for EDK2 beside another server. */
  readonly proxyPort: number
}

export interface Dhcp6Server {
  /** Hears on the interfaces that the networks have now. */
  reload(): Promise<void>
  /** Sends one byte to nobody's port of a machine on a link, so that the kernel finds out whose MAC it has. */
  poke(address: Ipv6, device?: string): void
  close(): Promise<void>
}

/** All servers and relays of a link (RFC 8415 section 7.1), and all servers of a site, for relays. */
const groups = ['ff02::1:2', 'ff05::1:3']
/** For what comes while a lease is being written. */
const receiveBuffer = 4 << 20
/** Nobody listens there (RFC 863). */
const discard = 9

/**
 * Opens the DHCPv6 socket: one for all interfaces, since a link-local source says by which it came. Rejects
 * with the error of `bind` as Node made it.
 */
export async function openDhcp6(options: Dhcp6ServerOptions): Promise<Dhcp6Server> {
  const { deps, port } = options
  const desk = createDhcp6Desk(options)
  const socket = await bind(port)
  const join = joining(socket)
  const open = new Set([socket])
  hear(socket, open, desk, options)
  const proxy = proxyPort(open, desk, options)
  const reload = async () => {
    join(deps.networks())
    await proxy.reload()
  }
  try {
    await reload()
  } catch (error) {
    socket.close()
    throw error
  }
  return {
    reload,
    poke: (address, device) => {
      const where = device === undefined ? address : `${address}%${device}`
      if (open.has(socket)) socket.send(new Uint8Array(1), discard, where, () => {})
    },
    async close() {
      proxy.close()
      open.clear()
      await new Promise<void>(resolve => socket.close(resolve))
    },
  }
}

type Desk6 = ReturnType<typeof createDhcp6Desk>

/** Port 4011, open while a network is beside another server. */
function proxyPort(open: Set<Socket>, desk: Desk6, options: Dhcp6ServerOptions) {
  let socket: Socket | undefined
  const close = () => {
    if (socket) open.delete(socket)
    socket?.close()
    socket = undefined
  }
  return {
    close,
    async reload(): Promise<void> {
      const isWanted = options.deps.networks().some(({ ipv6 }) => ipv6.mode === 'boot')
      if (!isWanted) close()
      if (!isWanted || socket) return
      socket = await bind(options.proxyPort)
      open.add(socket)
      hear(socket, open, desk, options, true)
    },
  }
}

/** Hands what comes to the desk; what it answers leaves the same socket, unless that is closed meanwhile. */
function hear(
  socket: Socket,
  open: ReadonlySet<Socket>,
  desk: Desk6,
  { log }: Pick<Dhcp6ServerOptions, 'log'>,
  isProxyPort?: true,
): void {
  const send = (bytes: Uint8Array, { address, port }: RemoteInfo) =>
    socket.send(bytes, port, address, err => {
      if (err) log.error({ to: address, port, err }, 'a DHCPv6 packet could not be sent')
    })
  socket.on('error', error => log.error({ err: error }, 'DHCPv6 socket'))
  socket.on('message', (bytes, from) => {
    const arrival = arrivalOf(from)
    const where = arrival && { ...arrival, ...(isProxyPort && { isProxyPort }) }
    if (where) desk.receive(bytes, where, reply => open.has(socket) && send(reply, from))
  })
}

/** Hears on the interfaces of networks that have IPv6, and on no others. */
function joining(socket: Socket): (networks: readonly NetworkWith6[]) => void {
  const joined = new Set<string>()
  return networks => {
    const devices = networks.flatMap(network => network.interface ?? [])
    for (const device of joined) {
      if (devices.includes(device)) continue
      joined.delete(device)
      leave(socket, device)
    }
    for (const device of devices) {
      if (joined.has(device)) continue
      for (const group of groups) socket.addMembership(group, `::%${device}`)
      joined.add(device)
    }
  }
}

/** An interface that is gone has left its groups by itself. */
function leave(socket: Socket, device: string): void {
  try {
    for (const group of groups) socket.dropMembership(group, `::%${device}`)
  } catch {
    // Nothing is left to leave.
  }
}

function arrivalOf({ address, port }: RemoteInfo): Arrival6 | undefined {
  const [text = '', device] = address.split('%')
  const source = parseIpv6(text)
  return source && { source, port, ...(device === undefined ? {} : { interface: device }) }
}

function bind(port: number): Promise<Socket> {
  const socket = createSocket({
    type: 'udp6',
    ipv6Only: true,
    // There are no names here, and Node's own look-up costs every packet another turn.
    lookup: (address, _options, found) => found(null, address, 6),
  })
  return new Promise((resolve, reject) => {
    socket.once('error', error => {
      socket.close()
      reject(error)
    })
    socket.bind({ address: '::', port, exclusive: true }, () => {
      socket.removeAllListeners('error')
      if (socket.getRecvBufferSize() < receiveBuffer) socket.setRecvBufferSize(receiveBuffer)
      resolve(socket)
    })
  })
}
