import { readFileSync } from 'node:fs'
import { formatIpv4, type Ipv4, type Mac, parseIpv4, parseMac } from '../wire/address.ts'

/** Who answered ARP for which address, on any interface. */
export interface Neighbours {
  macsOf(address: Ipv4): Mac[]
  addressesOf(mac: Mac): Ipv4[]
}

/** The entry is complete: somebody answered ARP for it (ATF_COM, linux/if_arp.h). */
const complete = 0x2

/**
 * What the kernel's neighbour table says (/proc/net/arp, proc(5)), as of at most `keepMs` ago: in a storm
 * thousands of questions a second come, and the kernel writes the whole table for each read.
 */
export function createNeighbours(
  keepMs: number,
  read = readTable,
  now = () => performance.now(),
): Neighbours {
  let table = parse('')
  let readAt = Number.NEGATIVE_INFINITY
  const fresh = () => {
    if (now() - readAt < keepMs) return table
    table = parse(read())
    readAt = now()
    return table
  }
  return {
    macsOf: address => some(fresh().macs.get(formatIpv4(address)), parseMac),
    addressesOf: mac => some(fresh().addresses.get(mac), parseIpv4),
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
