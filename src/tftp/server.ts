import { availableParallelism } from 'node:os'
import { formatIpAddress, type IpAddress } from '../wire/ip-address.ts'
import type { Peer } from './files.ts'
import { defaultLimits, type TftpLimits } from './limits.ts'
import { claimPort } from './socket.ts'
import { startThreads, type ThreadOptions, type Threads } from './threads.ts'

export interface TftpServerOptions extends Omit<ThreadOptions, 'limits'> {
  readonly addresses: readonly IpAddress[]
  /** Sockets that were opened for us, on every address of one interface each. */
  readonly fds?: readonly number[]
  /** 0 lets the system choose. */
  readonly port: number
  readonly limits?: Partial<TftpLimits>
}

export interface Tftp {
  /** The sockets that listen now; an address that the machine does not have yet is missing. */
  bound(): readonly Peer[]
  /** Listens on these addresses and no others from now on; rejects as {@link openTftp} does. */
  listen(addresses: readonly IpAddress[]): Promise<void>
  /** Tells running clients, and resolves when all sockets are closed. */
  close(): Promise<void>
}

interface Server {
  readonly options: TftpServerOptions
  readonly threads: Threads
  readonly doors: Map<IpAddress, TftpAddress>
  numbers: number
  closed: boolean
}

/** One address and its one port: answers leave from the port that was asked, as NAT needs it. */
interface TftpAddress {
  readonly number: number
  readonly address: IpAddress
  /** Undefined while the address is waited for. */
  port: number | undefined
  retry: NodeJS.Timeout | undefined
}

const rebindMs = 1000
/** Each costs some 15 MB, and a boot storm over TFTP is a matter of small files. */
const mostThreads = 4

/**
 * Serves files over TFTP, read-only, from one port (RFC 1350, 2347, 2348, 2349, 7440). Threads do it,
 * one for each CPU, that share the port.
 *
 * Rejects with the system's error when a port is taken or forbidden. An address that does not exist
 * yet is said in the log and waited for.
 */
export async function openTftp(options: TftpServerOptions): Promise<Tftp> {
  const limits = { ...defaultLimits, ...options.limits }
  const count = Math.min(availableParallelism(), mostThreads)
  const server: Server = {
    options,
    threads: startThreads(count, { ...options, limits }),
    doors: new Map(),
    numbers: 0,
    closed: false,
  }
  try {
    for (const fd of options.fds ?? []) await server.threads.open(server.numbers++, { fd })
    await listen(server, options.addresses)
  } catch (error) {
    await close(server)
    throw error
  }
  return {
    bound: () => [...server.doors.values()].flatMap(boundTo),
    listen: addresses => listen(server, addresses),
    close: () => close(server),
  }
}

async function listen(server: Server, addresses: readonly IpAddress[]): Promise<void> {
  for (const [address, door] of server.doors) {
    if (!addresses.includes(address)) closeDoor(server, door)
  }
  const fresh = addresses.filter(address => !server.doors.has(address))
  const opened = await Promise.allSettled(
    fresh.map(address => {
      const door: TftpAddress = {
        number: server.numbers++,
        address,
        port: undefined,
        retry: undefined,
      }
      server.doors.set(address, door)
      return openDoor(server, door)
    }),
  )
  const failed = opened.find(result => result.status === 'rejected')
  if (failed) throw failed.reason
}

async function openDoor(server: Server, door: TftpAddress): Promise<void> {
  const { log, port } = server.options
  const address = formatIpAddress(door.address)
  const isWanted = () => !server.closed && server.doors.get(door.address) === door
  try {
    const claimed = await claimPort(address, port)
    if (!isWanted()) return
    await server.threads.open(door.number, { address, port: claimed })
    door.port = claimed
    if (door.retry) log.info({ address, port }, 'TFTP listens: the address has come')
  } catch (error) {
    if (!isMissingAddress(error)) {
      closeDoor(server, door)
      throw error
    }
    if (!isWanted()) return
    if (!door.retry) log.warn({ address, port }, 'TFTP waits: no such address here yet')
    door.retry = setTimeout(() => {
      openDoor(server, door).catch(err => log.error({ err, address, port }, 'TFTP cannot listen'))
    }, rebindMs)
  }
}

function closeDoor(server: Server, door: TftpAddress): void {
  clearTimeout(door.retry)
  server.threads.close(door.number)
  server.doors.delete(door.address)
}

async function close(server: Server): Promise<void> {
  if (server.closed) return
  server.closed = true
  for (const { retry } of server.doors.values()) clearTimeout(retry)
  await server.threads.stop()
}

function isMissingAddress(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRNOTAVAIL'
}

function boundTo({ address, port }: TftpAddress): Peer[] {
  return port === undefined ? [] : [{ address, port }]
}
