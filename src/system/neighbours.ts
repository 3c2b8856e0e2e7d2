import { execFile } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { formatIpv4, type Ipv4, type Mac, parseIpv4, parseMac } from '../wire/address.ts'

/**
 * Who answered ARP for which address, on any interface: the card that the kernel sends to. So whoever got
 * through a handshake of TCP has it, also where nobody has asked for long (STALE, DELAY, PROBE).
 */
export interface Neighbours {
  macsOf(address: Ipv4): Mac[]
  addressesOf(mac: Mac): Ipv4[]
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
  read = readTable,
  now = () => performance.now(),
): Neighbours {
  let table = parse('')
  let readAt = Number.NEGATIVE_INFINITY
  const refresh = () => {
    table = parse(read())
    readAt = now()
  }
  const fresh = (ms: number) => {
    if (now() - readAt >= ms) refresh()
    return table
  }
  return {
    macsOf(address) {
      const key = formatIpv4(address)
      const known = fresh(keepMs).macs.get(key) ?? fresh(Math.min(keepMs, missMs)).macs.get(key)
      return some(known, parseMac)
    },
    addressesOf: mac => some(fresh(keepMs).addresses.get(mac), parseIpv4),
    refresh,
  }
}

/** Both ways, in the kernel's spelling: of a thousand entries few are looked at. */
function parse(table: string) {
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

function readTable(): string {
  try {
    return readFileSync('/proc/self/net/arp', 'utf8')
  } catch {
    return ''
  }
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
  send(address: Ipv4): void
  close(): void
}

export function createPoke(): Poke {
  let socket: Socket | undefined
  return {
    send(address) {
      socket ??= createSocket('udp4')
        .on('error', () => {})
        .unref()
      socket.send(new Uint8Array(1), 9, formatIpv4(address), () => {})
    },
    close() {
      socket?.close()
      socket = undefined
    },
  }
}
