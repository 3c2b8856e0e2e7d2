import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { type Ipv6, parseIpv6 } from '../wire/ipv6.ts'
import { createDhcp6Desk, type Dhcp6DeskOptions } from './desk.ts'
import { type Arrival6, hasIpv6 } from './network.ts'

export interface Dhcp6ServerOptions extends Dhcp6DeskOptions {
  /** 547. */
  readonly port: number
}

export interface Dhcp6Server {
  /** Hears on the interfaces that the networks have now. */
  reload(): Promise<void>
  /** Sends one byte to nobody's port of a machine on a link, so that the kernel finds out whose MAC it has. */
  poke(address: Ipv6, device: string): void
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
  const { deps, port, log } = options
  const desk = createDhcp6Desk(options)
  const socket = await bind(port)
  const joined = new Set<string>()
  let isClosed = false

  function send(bytes: Uint8Array, to: { readonly address: string; readonly port: number }): void {
    if (isClosed) return // while the lease was being stored
    socket.send(bytes, to.port, to.address, err => {
      if (err)
        log.error({ to: to.address, port: to.port, err }, 'a DHCPv6 packet could not be sent')
    })
  }

  function reload(): void {
    const devices = deps
      .networks()
      .filter(hasIpv6)
      .flatMap(network => network.interface ?? [])
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

  socket.on('error', error => log.error({ err: error }, 'DHCPv6 socket'))
  socket.on('message', (bytes, from) => {
    const arrival = arrivalOf(from)
    if (arrival) desk.receive(bytes, arrival, reply => send(reply, from))
  })
  try {
    reload()
  } catch (error) {
    socket.close()
    throw error
  }
  return {
    reload: async () => reload(),
    poke: (address, device) => {
      if (!isClosed) socket.send(new Uint8Array(1), discard, `${address}%${device}`, () => {})
    },
    async close() {
      isClosed = true
      await new Promise<void>(resolve => socket.close(resolve))
    },
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
