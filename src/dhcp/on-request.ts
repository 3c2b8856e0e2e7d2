import { isInForce, isLeasedTo } from '../boot/lease.ts'
import type { Reason } from '../boot/reason.ts'
import { formatIpv4, type Ipv4, subnetContains } from '../wire/address.ts'
import { classifyRequest } from './classify.ts'
import { addressRequestOf, deny, grant, notThis, poolOf, refuse } from './grant.ts'
import { type Case, type DhcpAnswer, isOurs, silence } from './outcome.ts'
import { isShutOut, latestLease, offerKey, reservationOf, whyNoAddress } from './select-address.ts'

/** A DHCPREQUEST, by the state that its client is in (RFC 2131 section 4.3.2). */
export function onRequest(from: Case): DhcpAnswer {
  const { packet } = from
  const request = classifyRequest(packet, address => isOurs(from, address), from.arrival.broadcast)
  if (request.kind === 'none') return silence(request.why)
  if (request.kind === 'selecting-other') {
    return silence(
      { code: 'other-server-chosen', server: formatIpv4(request.server) },
      { drop: offerKey(from, from.network) },
    )
  }
  const { kind, address } = request
  const denied = whyNoAddress(address, addressRequestOf(from), poolOf(from))
  if (kind === 'selecting-ours' || kind === 'renewing') {
    const own = denied === undefined ? elsewhere(from, address) : undefined
    if (own !== undefined) return refuse(from, notThis(own, address))
    return denied === undefined
      ? grant(from, address, kind === 'renewing')
      : deny(from, denied, address)
  }
  return onUninvited(from, kind, address, denied)
}

/**
 * A client that remembers an address and asks every server about it. It is told no when it has moved
 * here from another network, or when its record is here: another server may know the others (RFC 2131
 * section 4.3.2).
 */
function onUninvited(
  from: Case,
  kind: 'init-reboot' | 'rebinding',
  address: Ipv4,
  denied: Reason | undefined,
): DhcpAnswer {
  const record = recordOf(from, address)
  const isLost = kind === 'init-reboot' && record === undefined && isElsewhere(from, address)
  if (isLost && !isShutOut(addressRequestOf(from), from.network)) {
    return refuse(from, { code: 'other-network', address: formatIpv4(address) })
  }
  if (record === undefined && denied === undefined && isOffered(from, address)) {
    return grant(from, address)
  }
  if (record === undefined) {
    // It remembers the address that another client behind its MAC has: nobody else can have given it.
    return denied && from.apart !== undefined && kind === 'init-reboot'
      ? deny(from, denied, address)
      : silence({ code: 'no-record', state: kind })
  }
  if (record === address) {
    return denied === undefined
      ? grant(from, address, kind === 'rebinding')
      : deny(from, denied, address)
  }
  const other = notThis(record, address)
  return kind === 'init-reboot' ? refuse(from, other) : silence({ ...other, here: true })
}

/** Several networks may share our own link. */
function isElsewhere({ packet, network, deps }: Case, address: Ipv4): boolean {
  const here = deps.networks().filter(({ name, interface: device }) => {
    return name === network.name || (packet.giaddr === 0 && device === network.interface)
  })
  return !here.some(({ subnet }) => subnetContains(subnet, address))
}

/** Simple clients leave option 54 out when they take an offer. */
function isOffered(from: Case, address: Ipv4): boolean {
  return from.deps.offers.of(offerKey(from, from.network), from.now)?.address === address
}

/**
 * The address that a machine has by our record: the reservation it can have, else what it asks for where
 * that is leased to it, else its latest lease.
 */
function recordOf(from: Case, asked: Ipv4): Ipv4 | undefined {
  const { network, deps } = from
  const reservation = reservationOf(from, network)
  if (
    reservation !== undefined &&
    whyNoAddress(reservation, addressRequestOf(from), poolOf(from)) === undefined
  )
    return reservation
  return hasLease(from, asked) ? asked : latestLease(from, network, deps.leases)?.address
}

function hasLease(from: Case, address: Ipv4): boolean {
  const { deps, now } = from
  const lease = deps.leases.byAddress(address)
  return lease !== undefined && isLeasedTo(lease, from) && isInForce(lease, now)
}

/**
 * The address that a machine has while it asks for one that it was not given. Anybody can ask in its
 * name, and would move it there with its next boot.
 */
function elsewhere(from: Case, address: Ipv4): Ipv4 | undefined {
  const { network, deps } = from
  if (hasLease(from, address) || isOffered(from, address)) return undefined
  if (reservationOf(from, network) === address) return undefined
  const own = latestLease(from, network, deps.leases)?.address
  return own !== undefined &&
    hasLease(from, own) &&
    whyNoAddress(own, addressRequestOf(from), poolOf(from)) === undefined
    ? own
    : undefined
}
