import { readFileSync } from 'node:fs'
import { type Ipv4, type Mac, parseIpv4, parseMac } from '../wire/address.ts'

/** The entry is complete: somebody answered ARP for it (ATF_COM, linux/if_arp.h). */
const complete = 0x2

/** The MAC that the kernel's neighbour table has for an address, on any interface. */
export function neighboursOf(address: Ipv4, table = readTable()): Mac[] {
  return read(table).flatMap(entry => (entry.address === address ? entry.mac : []))
}

/** The addresses that it has for a MAC. */
export function neighboursWith(mac: Mac, table = readTable()): Ipv4[] {
  return read(table).flatMap(entry => (entry.mac === mac ? entry.address : []))
}

function read(table: string): { address: Ipv4; mac: Mac }[] {
  return table.split('\n').flatMap(line => {
    const [ip = '', , flags = '0', hardware = ''] = line.trim().split(/\s+/)
    const address = parseIpv4(ip)
    const mac = parseMac(hardware)
    const known = address !== undefined && mac !== undefined && (Number(flags) & complete) !== 0
    return known ? [{ address, mac }] : []
  })
}

function readTable(): string {
  try {
    return readFileSync('/proc/self/net/arp', 'utf8')
  } catch {
    return ''
  }
}
