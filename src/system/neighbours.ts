import { execFile } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { formatIpv4, type Ipv4, type Mac, parseIpv4, parseMac } from '../wire/address.ts'
import { formatIpAddress, type IpAddress } from '../wire/ip-address.ts'
import { readProc } from './proc.ts'

/**
 * Who answered ARP for which address, on any interface: the card that the kernel sends to. So whoever got
 * through a handshake of TCP has it, also where nobody has asked for long (STALE, DELAY, PROBE).
 */
export interface Neighbours<A extends IpAddress = Ipv4> {
  macsOf(address: A): Mac[]
  addressesOf(mac: Mac): A[]
  /** Reads the kernel's table anew: who answered a moment ago may be another by now. */
  refresh(): void
}

/** The entry is complete: somebody answered ARP for it, now or once (ATF_COM, linux/if_arp.h). */
const complete = 0x2
/** Milliseconds after which a miss is worth another look. */
const missMs = 10

/**
 * What the kernel's neighbour table says (/proc/net/arp, proc(5)), as of at most `keepMs` ago: in a storm
 * thousands of questions a second come, and the kernel writes the whole table for each read. An address
 * that is not in it is looked for once more: whoever has just come is not to be refused.
 */
export function createNeighbours(
  keepMs: number,
  read = () => readProc('/proc/self/net/arp'),
  now = () => performance.now(),
): Neighbours {
  const words = { write: formatIpv4, readAddress: parseIpv4, missMs }
  return keepTable(keepMs, () => parse(read()), words, now)
}

/** How addresses of a family are written in its table, and milliseconds after which a miss is looked at again. */
interface TableWords<A extends IpAddress> {
  write(address: A): string
  readAddress(text: string): A | undefined
  readonly missMs: number
}

/** Both ways of a neighbour table, in the kernel's spelling. */
export interface NeighbourTable {
  readonly macs: ReadonlyMap<string, readonly string[]>
  readonly addresses: ReadonlyMap<string, readonly string[]>
}

/** A neighbour table as of at most `keepMs` ago. */
export function keepTable<A extends IpAddress>(
  keepMs: number,
  read: () => NeighbourTable,
  { write, readAddress, missMs }: TableWords<A>,
  now: () => number,
): Neighbours<A> {
  let table: NeighbourTable = { macs: new Map(), addresses: new Map() }
  let readAt = Number.NEGATIVE_INFINITY
  const refresh = () => {
    table = read()
    readAt = now()
  }
  const fresh = (ms: number) => {
    if (now() - readAt >= ms) refresh()
    return table
  }
  return {
    macsOf(address) {
      const key = write(address)
      const known = fresh(keepMs).macs.get(key) ?? fresh(Math.min(keepMs, missMs)).macs.get(key)
      return some(known, parseMac)
    },
    addressesOf: mac => some(fresh(keepMs).addresses.get(mac), readAddress),
    refresh,
  }
}

/** Of a thousand entries few are looked at: they stay in the kernel's spelling. */
function parse(table: string): NeighbourTable {
  const macs = new Map<string, string[]>()
  const addresses = new Map<string, string[]>()
  for (const line of table.split('\n')) {
    const [address, , flags, mac] = line.split(/ +/, 4)
    if (!address || !mac || (Number(flags) & complete) === 0) continue
    add(macs, address, mac)
    add(addresses, mac, address)
  }
  return { macs, addresses }
}

function add(map: Map<string, string[]>, key: string, value: string): void {
  const known = map.get(key)
  if (known) known.push(value)
  else map.set(key, [value])
}

function some<T>(texts: readonly string[] = [], read: (text: string) => T | undefined): T[] {
  return texts.flatMap(text => read(text) ?? [])
}

/** NUD_REACHABLE, NUD_PERMANENT, NUD_NOARP (linux/neighbour.h): it answered just now, or an operator says so. */
const sure = /\b(REACHABLE|PERMANENT|NOARP)\b/

/**
 * Whether who is in the table for an address is known to be there. Of STALE, DELAY and PROBE the kernel
 * knows some 8 s after something was sent there: it waits 5 s, and asks three times (arp(7)). /proc/net/arp
 * does not tell them apart; where the program `ip` is missing all are taken for sure.
 */
export async function isSure(address: Ipv4): Promise<boolean> {
  const show = ['-4', 'neighbour', 'show', 'to', formatIpv4(address), 'nud', 'all']
  try {
    const { stdout } = await promisify(execFile)('ip', show, { timeout: 1000 })
    return sure.test(stdout)
  } catch {
    return true
  }
}

/** IFF_LOOPBACK and IFF_NOARP (linux/if.h). */
const arpless = 0x8 | 0x80

/** Whether machines behind an interface are found by ARP; also where the kernel does not say. */
export function usesArp(name: string): boolean {
  try {
    const flags = Number(readFileSync(`/sys/class/net/${encodeURIComponent(name)}/flags`, 'utf8'))
    return (flags & arpless) === 0
  } catch {
    return true
  }
}

/** Sends one byte to addresses that nobody listens on (discard, RFC 863), so that the kernel asks who has them. */
export interface Poke {
  send(address: IpAddress): void
  close(): void
}

export function createPoke(): Poke {
  const sockets = new Map<'udp4' | 'udp6', Socket>()
  const socketOf = (type: 'udp4' | 'udp6') => {
    const opened =
      sockets.get(type) ??
      createSocket(type)
        .on('error', () => {})
        .unref()
    sockets.set(type, opened)
    return opened
  }
  return {
    send(address) {
      const socket = socketOf(typeof address === 'number' ? 'udp4' : 'udp6')
      socket.send(new Uint8Array(1), 9, formatIpAddress(address), () => {})
    },
    close() {
      for (const socket of sockets.values()) socket.close()
      sockets.clear()
    },
  }
}
