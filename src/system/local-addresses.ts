import { readFileSync } from 'node:fs'
import { type Ipv4, parseIpv4 } from '../wire/address.ts'

/**
 * Whether packets to an address stay on this machine, by the kernel's own routes. The addresses that Node
 * lists leave out those of interfaces without a carrier, and they are ours all the same.
 */
export function isLocal(address: Ipv4, table = readTable()): boolean {
  return address >>> 24 === 127 || localAddresses(table).has(address)
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

function readTable(): string {
  try {
    return readFileSync('/proc/self/net/fib_trie', 'utf8')
  } catch {
    return ''
  }
}
