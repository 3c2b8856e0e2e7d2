import { isInForce, isLeasedTo, type Lease } from '../boot/lease.ts'
import { type Ipv4, toHex } from '../wire/address.ts'
import { option } from '../wire/dhcp-codes.ts'
import { addressIn, classifyRequest } from './classify.ts'
import { isLoopback, isOnOurLink } from './on-link.ts'
import { type Case, isOurs } from './outcome.ts'
import { latestLease, offerKey, reservationOf } from './select-address.ts'

interface Seated {
  readonly seated: Case
  /** Whether the MAC answers at this address decides; until it was looked the book alone does. */
  readonly look?: Ipv4
}

/**
 * Whether a packet is the machine's own, or that of another client which shares its MAC (ipvlan, some
 * Wi-Fi bridges) and is known by its client id (RFC 2131 section 4.2). Another client id alone says
 * nothing: a ROM, iPXE, an installer and a system have one each. So it is another client only while the
 * machine's address is in use by one that renews it, and nobody who renews an address is moved off it.
 */
export function seat(from: Case): Seated {
  const { packet, network, mac, client, isInstalling, deps } = from
  const value = packet.options.get(option.clientId)
  if (!value || client || isInstalling) return { seated: from }
  const lease = deps.leases.byMac(network.name, mac)
  const isAlone = deps.leases.apart(mac).length === 0
  // Of most packets this is all that is looked at.
  if (isAlone && lease?.holder !== 'renewing') return { seated: from }
  const clientId = toHex(value)
  if (isAlone && lease?.clientId === clientId) return { seated: from }
  const other: Case = { ...from, apart: clientId }
  if (isKnownApart(other)) return { seated: other }
  if (!lease || !isAnothers(lease, other) || !isNew(from)) return { seated: from }
  return newcomer(from, other, lease.address)
}

/** It has an address of its own, or was offered one, or names one that was its own. */
function isKnownApart(other: Case): boolean {
  const { packet, asked, network, deps, now } = other
  const own = latestLease(other, network, deps.leases)
  if (own && isInForce(own, now)) return true
  if (deps.offers.of(offerKey(other, network), now)) return true
  if (asked === 'discover') return false
  const named = addressIn(packet, option.requestedAddress) ?? packet.ciaddr
  const lease = deps.leases.byAddress(named)
  return lease !== undefined && isLeasedTo(lease, other)
}

function isAnothers(lease: Lease, { apart, now }: Case): boolean {
  return isInForce(lease, now) && lease.holder === 'renewing' && lease.clientId !== apart
}

/** It asks for an address that it does not have yet, and that was not found to be free for the machine. */
function isNew(from: Case): boolean {
  const { packet, asked, network, arrival, deps, now } = from
  if (asked !== 'request') return asked === 'discover'
  const request = classifyRequest(packet, address => isOurs(from, address), arrival.broadcast)
  if (request.kind === 'init-reboot') return true
  if (request.kind !== 'selecting-ours') return false
  return deps.offers.of(offerKey(from, network), now)?.address !== request.address
}

/**
 * Where nobody can be asked whether the address is in use a machine keeps its reservation: what looks like
 * another client may be its next system.
 */
function newcomer(from: Case, other: Case, address: Ipv4): Seated {
  const { network, inUse } = from
  if (inUse !== undefined) return { seated: inUse ? other : from }
  const seated = reservationOf(from, network) === undefined ? other : from
  return isOnOurLink(network) && !isLoopback(network) ? { seated, look: address } : { seated }
}
