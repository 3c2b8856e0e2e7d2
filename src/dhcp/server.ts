import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import type { NetworkWith4 } from '../boot/network-address.ts'
import { formatIpv4, type Ipv4, parseIpv4, unspecified } from '../wire/address.ts'
import { createDhcpDesk, type DhcpDesk, type DhcpDeskOptions, type Speak } from './desk.ts'
import type { Arrival, Endpoint } from './network.ts'
import { isOnOurLink, onlyNetwork, wasBroadcast } from './on-link.ts'

export interface DhcpServerOptions extends DhcpDeskOptions {
  /** 67 and 4011. */
  readonly ports: { readonly dhcp: number; readonly proxy: number }
  readonly handedOver?: readonly HandedSocket[]
}

/**
 * A UDP socket that somebody opened for us on 0.0.0.0, tied to an interface (SO_BINDTODEVICE): on port
 * 67, on 4011, or on 68 to hear other DHCP servers.
 */
export interface HandedSocket {
  readonly door: 'dhcp' | 'proxy' | 'rivals'
  readonly interface: string
  readonly fd: number
}

export interface DhcpServer {
  /** Opens sockets for addresses that the networks have gained, and closes those they have lost. */
  reload(): Promise<void>
  /** Sends from port 67 of a network; what cannot be sent is lost. */
  send(network: NetworkWith4, bytes: Uint8Array, to: Endpoint): void
  /**
   * Hears on port 68 what other servers send to their clients, until the returned function is called.
   * Rejects when the port cannot be had.
   */
  overhear(take: Take): Promise<() => void>
  close(): Promise<void>
}

export type Take = (bytes: Uint8Array, source: Endpoint) => void
type Port = Arrival['port']
type Door = HandedSocket['door']

interface Sockets {
  readonly options: DhcpServerOptions
  readonly desk: DhcpDesk
  /** Our own, by the address they are bound to. */
  readonly own: Record<Port, Map<Ipv4, Socket>>
  /** Those handed over, by the interface they are tied to. */
  readonly tied: Record<Door, Map<NetworkWith4['interface'], Socket>>
  readonly listeners: Set<Take>
  isClosed: boolean
}

/**
 * Opens the DHCP sockets: one on every address for broadcasts, and for each distinct `serverAddress` one
 * to speak from and one on the proxy port. A broadcast leaves by the interface whose address its socket
 * is bound to. Networks whose interface has a socket that was handed over use that one for everything.
 * Rejects with the error of `bind` as Node made it (`code`, `address`, `port`).
 */
export async function openDhcp(options: DhcpServerOptions): Promise<DhcpServer> {
  const sockets: Sockets = {
    options,
    desk: createDhcpDesk(options),
    own: { dhcp: new Map(), proxy: new Map() },
    tied: { dhcp: new Map(), proxy: new Map(), rivals: new Map() },
    listeners: new Set(),
    isClosed: false,
  }
  try {
    for (const socket of options.handedOver ?? []) await adopt(sockets, socket)
    await reload(sockets)
  } catch (error) {
    await close(sockets)
    throw error
  }
  const { own, tied } = sockets
  const speakerOf = ({ interface: device, serverAddress }: NetworkWith4) =>
    tied.dhcp.get(device) ?? own.dhcp.get(serverAddress)
  return {
    reload: () => reload(sockets),
    send: (network, bytes, to) => send(sockets, speakerOf(network), bytes, to),
    overhear: take => overhear(sockets, take),
    close: () => close(sockets),
  }
}

async function open(sockets: Sockets, address: Ipv4, port: Port): Promise<void> {
  const { own, desk, options } = sockets
  if (own[port].has(address)) return
  const socket = await bind({ address: formatIpv4(address), port: options.ports[port] })
  const broadcast = address === unspecified
  const speak: Speak = ({ network, via, to }, bytes) =>
    send(sockets, own[via].get(network.serverAddress), bytes, to)
  own[port].set(address, socket)
  watch(sockets, socket, formatIpv4(address))
  socket.on('message', (bytes, from) => {
    const network = onlyNetwork(options.deps.networks(), n =>
      broadcast ? isOnOurLink(n) : n.serverAddress === address,
    )
    const known = network ? { network } : {}
    const source = sourceOf(from)
    desk.receive(
      bytes,
      { port, broadcast, source, serverPort: options.ports.dhcp, ...known },
      speak,
    )
  })
}

async function adopt(sockets: Sockets, handed: HandedSocket): Promise<void> {
  const { tied, desk, options } = sockets
  const { door, interface: name, fd } = handed
  const socket = await bind({ fd })
  tied[door].set(name, socket)
  watch(sockets, socket, name)
  socket.on('message', (bytes, from) => {
    const source = sourceOf(from)
    if (door === 'rivals') return tell(sockets, bytes, source)
    const network = onlyNetwork(
      options.deps.networks(),
      n => n.interface === name && isOnOurLink(n),
    )
    const broadcast = wasBroadcast(network, source.address)
    const arrival = { port: door, broadcast, source, serverPort: options.ports.dhcp }
    const known = network ? { network } : {}
    desk.receive(bytes, { ...arrival, ...known }, ({ to }, reply) =>
      send(sockets, socket, reply, to),
    )
  })
}

function watch({ options }: Sockets, socket: Socket, where: string): void {
  socket.on('error', error => options.log.error({ err: error, where }, 'DHCP socket'))
}

function tell({ listeners }: Sockets, bytes: Uint8Array, source: Endpoint): void {
  for (const take of listeners) take(bytes, source)
}

function send(sockets: Sockets, socket: Socket | undefined, bytes: Uint8Array, to: Endpoint): void {
  if (sockets.isClosed) return // while the lease was being stored
  const address = formatIpv4(to.address)
  if (!socket) {
    sockets.options.log.error(
      { to: address, port: to.port },
      'no DHCP socket for the network to send from',
    )
    return
  }
  socket.send(bytes, to.port, address, err => {
    if (err)
      sockets.options.log.error(
        { to: address, port: to.port, err },
        'a DHCP packet could not be sent',
      )
  })
}

/** The sockets of our own that the networks need now, as address and port. */
function needed({ tied, options }: Sockets): (readonly [Ipv4, Port])[] {
  return options.deps
    .networks()
    .filter(({ mode }) => mode !== 'none')
    .flatMap(network => {
      const { serverAddress } = network
      const needs: (readonly [Ipv4, Port])[] = []
      if (!tied.dhcp.has(network.interface)) {
        if (isOnOurLink(network)) needs.push([unspecified, 'dhcp'])
        needs.push([serverAddress, 'dhcp'])
      }
      if (!tied.proxy.has(network.interface)) needs.push([serverAddress, 'proxy'])
      return needs
    })
}

async function reload(sockets: Sockets): Promise<void> {
  const { own } = sockets
  const needs = needed(sockets)
  const isNeeded = (address: Ipv4, port: Port) =>
    needs.some(([needed, at]) => needed === address && at === port)
  for (const port of ['dhcp', 'proxy'] as const) {
    const gone = [...own[port].keys()].filter(address => !isNeeded(address, port))
    await Promise.all(gone.map(address => shut(own[port], address)))
  }
  for (const [address, port] of needs) await open(sockets, address, port)
}

async function overhear(sockets: Sockets, take: Take): Promise<() => void> {
  const { tied, listeners, options } = sockets
  const isTied = tied.rivals.size > 0
  const socket = isTied
    ? undefined
    : await bind({ address: '0.0.0.0', port: options.ports.dhcp + 1 })
  if (socket) watch(sockets, socket, 'port 68')
  socket?.on('message', (bytes, from) => tell(sockets, bytes, sourceOf(from)))
  listeners.add(take)
  return () => {
    if (listeners.delete(take)) socket?.close()
  }
}

async function close(sockets: Sockets): Promise<void> {
  const { own, tied } = sockets
  sockets.isClosed = true
  await Promise.all([...Object.values(own).map(shutAll), ...Object.values(tied).map(shutAll)])
}

/**
 * For what comes while a lease is being written. The system gives at most `net.core.rmem_max`, usually
 * room for about 550 packets, which is twice its default.
 */
const receiveBuffer = 4 << 20

function bind(to: { address: string; port: number } | { fd: number }): Promise<Socket> {
  const socket = createSocket({
    type: 'udp4',
    reuseAddr: true,
    // There are no names here, and Node's own look-up costs every packet another turn.
    lookup: (address, _options, found) => found(null, address, 4),
  })
  return new Promise((resolve, reject) => {
    socket.once('error', error => {
      socket.close()
      reject(error)
    })
    socket.bind({ ...to, exclusive: true }, () => {
      socket.removeAllListeners('error')
      socket.setBroadcast(true)
      // One that was handed over may have more already, and must not lose it.
      if (socket.getRecvBufferSize() < receiveBuffer) socket.setRecvBufferSize(receiveBuffer)
      resolve(socket)
    })
  })
}

async function shutAll<K>(sockets: Map<K, Socket>): Promise<void> {
  await Promise.all([...sockets.keys()].map(key => shut(sockets, key)))
}

async function shut<K>(sockets: Map<K, Socket>, key: K): Promise<void> {
  const socket = sockets.get(key)
  sockets.delete(key)
  if (socket) await new Promise<void>(resolve => socket.close(resolve))
}

function sourceOf({ address, port }: RemoteInfo): Endpoint {
  return { address: parseIpv4(address) ?? unspecified, port }
}
