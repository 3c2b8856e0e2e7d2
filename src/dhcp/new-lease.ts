import { isInForce, isLeasedTo, type Lease } from '../boot/lease.ts'
import type { NetworkWith4 } from '../boot/network-address.ts'
import { type Ipv4, type Mac, toHex } from '../wire/address.ts'
import { option } from '../wire/dhcp-codes.ts'
import { textOfBytes } from '../wire/dhcp-values.ts'
import type { Case } from './outcome.ts'

/** How long an address is left alone that was declined, or found in use. */
export const quarantineMilliseconds = 600_000

/**
 * The lease of an address that begins, or goes on, with this packet; `renews`: with a REQUEST of the
 * state RENEWING or REBINDING.
 */
export function newLease(from: Case, address: Ipv4, renews = false): Lease {
  const { packet, network, mac, deps, now } = from
  const old = deps.leases.byAddress(address)
  const goesOn = old !== undefined && isLeasedTo(old, from) && isInForce(old, now)
  const hostname = hostNameOf(packet.options.get(option.hostName))
  return {
    address,
    mac,
    network: network.name,
    start: goesOn ? old.start : now,
    end: now + network.leaseSeconds * 1000,
    state: 'active',
    ...holderOf(from, goesOn ? old : undefined, renews),
    ...(hostname === undefined ? {} : { hostname }),
  }
}

/** What is written of an address that `mac` has, to whom we did not give it. */
export function quarantine(network: NetworkWith4, address: Ipv4, mac: Mac, start: number): Lease {
  const end = start + quarantineMilliseconds
  return { address, mac, network: network.name, start, end, state: 'declined' }
}

/**
 * Whose client id the lease has. Another client's takes its place as long as it was not renewed: the ROM,
 * iPXE, the installer and the system come one after the other. Who renews the address of another client
 * is not told that it is another's, and takes it from nobody.
 */
function holderOf(
  { packet, client, isInstalling, apart }: Case,
  old: Lease | undefined,
  renews: boolean,
): Pick<Lease, 'clientId' | 'holder'> {
  if (apart !== undefined) return { clientId: apart, holder: 'apart' }
  const value = packet.options.get(option.clientId)
  const clientId = value && toHex(value)
  const said = clientId === undefined ? {} : { clientId }
  if (!old || client || isInstalling) return said
  const isSame = clientId !== undefined && clientId === old.clientId
  if (isSame && renews) return { clientId, holder: 'renewing' }
  if (old.clientId === undefined || !(isSame || renews)) return said
  return { clientId: old.clientId, ...(old.holder && { holder: old.holder }) }
}

/** Option 12, if it is a host name (RFC 1123 section 2.1) and nothing that could do harm elsewhere. */
function hostNameOf(value: Uint8Array | undefined): string | undefined {
  if (!value) return undefined
  const text = textOfBytes(value)
  return /^[a-z\d](?:[a-z\d.-]{0,251}[a-z\d])?$/i.test(text) ? text : undefined
}
