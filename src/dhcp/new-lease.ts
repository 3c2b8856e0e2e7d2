import type { Lease } from '../boot/lease.ts'
import { type Ipv4, toHex } from '../wire/address.ts'
import { option } from '../wire/dhcp-codes.ts'
import { textOfBytes } from '../wire/dhcp-values.ts'
import type { Case } from './outcome.ts'

/** The lease of an address that begins, or goes on, with this packet. */
export function newLease(from: Case, address: Ipv4): Lease {
  const { packet, network, mac, deps, now } = from
  const old = deps.leases.byAddress(address)
  const goesOn = old?.mac === mac && old.state === 'active' && old.end > now
  const clientId = packet.options.get(option.clientId)
  const hostname = hostNameOf(packet.options.get(option.hostName))
  return {
    address,
    mac,
    network: network.name,
    start: goesOn ? old.start : now,
    end: now + network.leaseSeconds * 1000,
    state: 'active',
    ...(clientId ? { clientId: toHex(clientId) } : {}),
    ...(hostname === undefined ? {} : { hostname }),
  }
}

/** Option 12, if it is a host name (RFC 1123 section 2.1) and nothing that could do harm elsewhere. */
function hostNameOf(value: Uint8Array | undefined): string | undefined {
  if (!value) return undefined
  const text = textOfBytes(value)
  return /^[a-z\d](?:[a-z\d.-]{0,251}[a-z\d])?$/i.test(text) ? text : undefined
}
