import type { DhcpOptions } from './dhcp-options.ts'
import { relayOption } from './relay-options.ts'

/**
 * The port that a relay's client hangs on, from the sub-options of 82 (RFC 3046): remote and circuit id,
 * `LEAF7/Ethernet12`, each in every way to write it, the best one first. What is text is written as text
 * (Arista, Juniper, ISC's dhcrelay) and as hex, what is not as hex alone (Cisco: `00:04:00:0a:01:0c`). The
 * circuit id alone is a name where there is no remote id. Undefined where the relay names no circuit.
 */
export function portNamesOf(subOptions: DhcpOptions): readonly string[] | undefined {
  const circuits = waysToWrite(subOptions.get(relayOption.circuitId))
  if (circuits.length === 0) return undefined
  const remotes = waysToWrite(subOptions.get(relayOption.remoteId))
  if (remotes.length === 0) return circuits
  return remotes.flatMap(remote => circuits.map(circuit => `${remote}/${circuit}`))
}

function waysToWrite(bytes: Uint8Array | undefined): string[] {
  if (!bytes || bytes.length === 0) return []
  const hex = [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join(':')
  const isText = bytes.every(byte => byte > 0x20 && byte < 0x7f)
  return isText ? [String.fromCharCode(...bytes), hex] : [hex]
}
