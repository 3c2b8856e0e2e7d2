import { networkInterfaces } from 'node:os'
import { type Ipv4, parseIpv4 } from '../wire/address.ts'
import type { IpAddress } from '../wire/ip-address.ts'
import { loopback6, parseIpv6 } from '../wire/ipv6.ts'
import { readProc } from './proc.ts'

/**
 * Whether packets to an address stay on this machine, by the kernel's own routes. The addresses that Node
 * lists leave out those of interfaces without a carrier, and they are ours all the same.
 */
export function isLocal(address: Ipv4, table = readProc('/proc/self/net/fib_trie')): boolean {
  return address >>> 24 === 127 || localAddresses(table).has(address)
}

/** Whether an address is of this machine: one of IPv6 is among those that its interfaces have. */
export function isOwn(address: IpAddress): boolean {
  if (typeof address === 'number') return isLocal(address)
  const own = Object.values(networkInterfaces()).flatMap(addresses => addresses ?? [])
  return address === loopback6 || own.some(({ address: text }) => parseIpv6(text) === address)
}

/**
 * Where this machine reaches itself: 127.0.0.1 unless it has none, and ::1 where IPv6 is asked for or is all
 * there is.
 */
export function loopbacksOf(isWith6: boolean, own = internalAddresses()): string[] {
  const has4 = own.includes('127.0.0.1')
  const has6 = own.includes('::1')
  if (!has6) return has4 || own.length === 0 ? ['127.0.0.1'] : []
  if (!has4) return ['::1']
  return isWith6 ? ['127.0.0.1', '::1'] : ['127.0.0.1']
}

function internalAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap(addresses => addresses ?? [])
  return all.flatMap(({ internal, address }) => (internal ? [address] : []))
}

/** Leaves of /proc/net/fib_trie: `|-- 10.0.0.1`, and below it `/32 host LOCAL`. */
function localAddresses(table: string): Set<Ipv4> {
  const found = new Set<Ipv4>()
  let leaf: Ipv4 | undefined
  for (const line of table.split('\n')) {
    const [, address] = /\|-- (\S+)/.exec(line) ?? []
    if (address !== undefined) leaf = parseIpv4(address)
    else if (leaf !== undefined && line.includes('/32 host LOCAL')) found.add(leaf)
  }
  return found
}
