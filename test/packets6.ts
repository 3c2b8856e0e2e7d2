import { readdirSync, readFileSync } from 'node:fs'
import { type Dhcp6Packet, decodeDhcp6 } from '../src/wire/dhcp6-packet.ts'

const folder = new URL('fixtures/packets6/', import.meta.url)

/** The names of all captured DHCPv6 packets; fixtures/packets6/README.md says where each is from. */
export const captures6: readonly string[] = readdirSync(folder)
  .filter(file => file.endsWith('.hex'))
  .map(file => file.slice(0, -4))
  .sort()

/** The UDP payload of a captured packet. */
export function capturedBytes6(name: string): Uint8Array {
  const text = readFileSync(new URL(`${name}.hex`, folder), 'utf8').replace(/\s+/g, '')
  return Uint8Array.from(text.match(/../g) ?? [], pair => Number.parseInt(pair, 16))
}

export function captured6(name: string): Dhcp6Packet {
  return decodeDhcp6(capturedBytes6(name))
}
