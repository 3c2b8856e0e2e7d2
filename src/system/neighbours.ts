import { readFileSync } from 'node:fs'
import { formatIpv4, type Ipv4, type Mac, parseMac } from '../wire/address.ts'

/** The entry is complete: somebody answered ARP for it (ATF_COM, linux/if_arp.h). */
const complete = 0x2

/** The MAC that the kernel's neighbour table has for an address, on any interface. */
export function neighboursOf(address: Ipv4, table = readTable()): Mac[] {
  const wanted = formatIpv4(address)
  return table.split('\n').flatMap(line => {
    const [ip, , flags = '0', hardware = ''] = line.trim().split(/\s+/)
    if (ip !== wanted || (Number(flags) & complete) === 0) return []
    return parseMac(hardware) ?? []
  })
}

function readTable(): string {
  try {
    return readFileSync('/proc/self/net/arp', 'utf8')
  } catch {
    return ''
  }
}
