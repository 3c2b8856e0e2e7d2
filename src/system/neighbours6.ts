import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { type Mac, parseMac } from '../wire/address.ts'
import { type Ipv6, isLinkLocal, parseIpv6 } from '../wire/ipv6.ts'
import { keepTable, type Neighbours } from './neighbours.ts'

/** Who answered neighbour discovery for which IPv6 address: the card that the kernel sends to. */
export interface Neighbours6 {
  /** As of the last look. A link-local address is one of a link: `device` says which. */
  macsOf(address: Ipv6, device?: string): readonly Mac[]
  addressesOf(mac: Mac): readonly Ipv6[]
  /** Reads the kernel's table, unless that was done `keepMs` ago at most. */
  look(keepMs?: number): Promise<void>
}

/**
 * What `ip -6 neighbour` says (ip-neighbour(8)): the kernel writes no table of its own to read, as it does
 * of ARP. A look costs a process, and so there is one at a time.
 */
export function createNeighbours6(read = readTable6, now = () => performance.now()): Neighbours6 {
  let table = parseTable('')
  let readAt = Number.NEGATIVE_INFINITY
  let reading: Promise<void> | undefined
  return {
    macsOf: (address, device = '') =>
      table.macs.get(isLinkLocal(address) ? `${address}%${device}` : address) ?? [],
    addressesOf: mac => table.addresses.get(mac) ?? [],
    look(keepMs = 0) {
      if (now() - readAt < keepMs) return Promise.resolve()
      reading ??= read().then(text => {
        table = parseTable(text)
        readAt = now()
        reading = undefined
      })
      return reading
    },
  }
}

/** `fe80::1 dev br0 lladdr 52:54:00:12:34:56 router STALE`; who did not answer has no lladdr. */
const entry = /^(\S+) dev (\S+) lladdr (\S+) /

function parseTable(text: string) {
  const macs = new Map<string, Mac[]>()
  const addresses = new Map<Mac, Ipv6[]>()
  for (const line of text.split('\n')) {
    const [, written = '', device, hardware = ''] = entry.exec(line) ?? []
    const [address, mac] = [parseIpv6(written), parseMac(hardware)]
    if (address === undefined || mac === undefined) continue
    const key = isLinkLocal(address) ? `${address}%${device}` : address
    macs.set(key, [...(macs.get(key) ?? []), mac])
    addresses.set(mac, [...(addresses.get(mac) ?? []), address])
  }
  return { macs, addresses }
}

/** Milliseconds after which an address that nobody has is looked for again: a look is a process. */
const missMs = 100

/** The same for whoever cannot wait, without addresses of one link only. */
export function createNeighbours6Now(
  keepMs: number,
  read = readTable6Now,
  now = () => performance.now(),
): Neighbours<Ipv6> {
  const words = { write: (address: Ipv6) => address, readAddress: parseIpv6, missMs }
  return keepTable(keepMs, () => parseTable(read()), words, now)
}

const show = ['-6', '-o', 'neighbour', 'show']
const showOptions = { timeout: 1000, maxBuffer: 1 << 26 }

function readTable6Now(): string {
  return spawnSync('ip', show, { ...showOptions, encoding: 'utf8' }).stdout ?? ''
}

async function readTable6(): Promise<string> {
  try {
    return (await promisify(execFile)('ip', show, showOptions)).stdout
  } catch {
    return ''
  }
}
