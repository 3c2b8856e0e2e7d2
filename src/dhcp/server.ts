import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import type { Network } from '../boot/host.ts'
import { formatIpv4, type Ipv4, parseIpv4, toHex, unspecified } from '../wire/address.ts'
import { type DhcpPacket, decodeDhcp, encodeDhcp } from '../wire/dhcp-packet.ts'
import { WireError } from '../wire/error.ts'
import { handle } from './handle.ts'
import type { Lease } from './lease.ts'
import type { Arrival, Endpoint } from './network.ts'
import type { DhcpDeps, Outcome } from './outcome.ts'
import { replyLimit } from './reply.ts'

/** The part of pino that is used here. */
export interface DhcpLog {
  debug(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface DhcpServerOptions {
  /** 67 and 4011. */
  readonly ports: { readonly dhcp: number; readonly proxy: number }
  readonly deps: DhcpDeps
  /** Resolves when the lease is on disk. Only then does the reply leave. */
  commit(lease: Lease): Promise<void>
  /** Called after every packet that was understood, replied to or not. */
  seen(outcome: Outcome): void
  /** Epoch milliseconds; `Date.now` unless a test says otherwise. */
  now?(): number
  readonly log: DhcpLog
}

export interface DhcpServer {
  /** Opens sockets for addresses that the networks have gained, and closes those they have lost. */
  reload(): Promise<void>
  close(): Promise<void>
}

type Port = Arrival['port']

/**
 * Opens the DHCP sockets: one on every address for broadcasts, and for each distinct `serverAddress` one
 * to speak from and one on the proxy port. A broadcast leaves by the interface whose address its socket
 * is bound to. Rejects with the error of `bind` as Node made it (`code`, `address`, `port`).
 */
export async function openDhcp(options: DhcpServerOptions): Promise<DhcpServer> {
  const { deps, log, ports } = options
  const sockets = new Map<string, Socket>()

  async function open(address: Ipv4, port: Port, broadcast: boolean): Promise<void> {
    const key = keyOf(address, port)
    if (sockets.has(key)) return
    const socket = await bind(address, ports[port])
    sockets.set(key, socket)
    socket.on('error', error =>
      log.error({ err: error, address: formatIpv4(address) }, 'DHCP socket'),
    )
    socket.on('message', (bytes, from) => {
      const network = onlyNetwork(deps.networks(), broadcast ? undefined : address)
      receive(bytes, {
        port,
        broadcast,
        source: sourceOf(from),
        serverPort: ports.dhcp,
        ...(network ? { network } : {}),
      })
    })
  }

  function receive(bytes: Uint8Array, arrival: Arrival): void {
    const packet = read(bytes, arrival.source)
    if (!packet) return
    const outcome = handle(packet, arrival, deps, options.now?.() ?? Date.now())
    finish(packet, outcome).catch(error => log.error({ err: error, mac: outcome.mac }, 'DHCP'))
  }

  function read(bytes: Uint8Array, { address }: Endpoint): DhcpPacket | undefined {
    try {
      return decodeDhcp(bytes)
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      const fields = { source: formatIpv4(address), reason: error.message }
      log.debug({ ...fields, bytes: toHex(bytes.subarray(0, 600)) }, 'not a DHCP packet')
      return undefined
    }
  }

  async function finish(packet: DhcpPacket, outcome: Outcome): Promise<void> {
    try {
      if (outcome.lease) await options.commit(outcome.lease)
    } catch (error) {
      log.error({ err: error, mac: outcome.mac }, 'the lease could not be stored: no reply')
      return
    }
    if (outcome.kind === 'reply') send(packet, outcome)
    options.seen(outcome)
  }

  function send(packet: DhcpPacket, outcome: Extract<Outcome, { kind: 'reply' }>): void {
    const { network, via, to, reply, mac } = outcome
    const bytes = encodeDhcp(reply, { max: replyLimit(packet) })
    if (sockets.size === 0) return // closed while the lease was being stored
    const socket = sockets.get(keyOf(network.serverAddress, via))
    const fields = { mac, to: formatIpv4(to.address), port: to.port }
    if (!socket) {
      log.error(fields, `no socket on ${formatIpv4(network.serverAddress)}`)
      return
    }
    socket.send(bytes, to.port, formatIpv4(to.address), error => {
      if (error) log.error({ ...fields, err: error }, 'the DHCP reply could not be sent')
    })
  }

  async function reload(): Promise<void> {
    const addresses = servedAddresses(deps.networks())
    const wanted = new Set(addresses.flatMap(a => [keyOf(a, 'dhcp'), keyOf(a, 'proxy')]))
    if (addresses.length > 0) wanted.add(keyOf(unspecified, 'dhcp'))
    await Promise.all(
      [...sockets.keys()].filter(key => !wanted.has(key)).map(key => shut(sockets, key)),
    )
    if (addresses.length > 0) await open(unspecified, 'dhcp', true)
    for (const address of addresses) {
      await open(address, 'dhcp', false)
      await open(address, 'proxy', false)
    }
  }

  async function close(): Promise<void> {
    await Promise.all([...sockets.keys()].map(key => shut(sockets, key)))
  }

  try {
    await reload()
  } catch (error) {
    await close()
    throw error
  }
  return { reload, close }
}

function servedAddresses(networks: readonly Network[]): Ipv4[] {
  const served = networks.filter(({ mode }) => mode !== 'none')
  return [...new Set(served.map(({ serverAddress }) => serverAddress))]
}

/**
 * The one network that a packet can be for, given the address it came to; `undefined` for a broadcast
 * when there are several, since Node does not tell by which interface a datagram came.
 */
function onlyNetwork(networks: readonly Network[], address: Ipv4 | undefined): Network | undefined {
  const possible = networks.filter(
    ({ mode, serverAddress }) =>
      mode !== 'none' && (address === undefined || serverAddress === address),
  )
  return possible.length === 1 ? possible[0] : undefined
}

function bind(address: Ipv4, port: number): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  return new Promise((resolve, reject) => {
    socket.once('error', error => {
      socket.close()
      reject(error)
    })
    socket.bind({ address: formatIpv4(address), port }, () => {
      socket.removeAllListeners('error')
      socket.setBroadcast(true)
      resolve(socket)
    })
  })
}

async function shut(sockets: Map<string, Socket>, key: string): Promise<void> {
  const socket = sockets.get(key)
  sockets.delete(key)
  if (socket) await new Promise<void>(resolve => socket.close(resolve))
}

function keyOf(address: Ipv4, port: Port): string {
  return `${formatIpv4(address)} ${port}`
}

function sourceOf({ address, port }: RemoteInfo): Endpoint {
  return { address: parseIpv4(address) ?? unspecified, port }
}
