import { readdirSync, readFileSync } from 'node:fs'
import { type DhcpPacket, decodeDhcp } from '../src/wire/dhcp-packet.ts'

const folder = new URL('fixtures/packets/', import.meta.url)

/** The names of all captured packets; fixtures/packets/README.md says where each is from. */
export const captures: readonly string[] = readdirSync(folder)
  .filter(file => file.endsWith('.hex'))
  .map(file => file.slice(0, -4))
  .sort()

/** The DHCP payload of a captured packet. */
export function capturedBytes(name: string): Uint8Array {
  const text = readFileSync(new URL(`${name}.hex`, folder), 'utf8').replace(/\s+/g, '')
  return Uint8Array.from(text.match(/../g) ?? [], pair => Number.parseInt(pair, 16))
}

export function captured(name: string): DhcpPacket {
  return decodeDhcp(capturedBytes(name))
}
