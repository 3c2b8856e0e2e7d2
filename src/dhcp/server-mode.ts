import type { Reason, ReasonOf } from '../boot/reason.ts'
import { sentenceOf } from '../boot/words/reason.ts'
import { formatIpv4, type Ipv4, ipv4OfBytes, subnetContains } from '../wire/address.ts'
import { option } from '../wire/dhcp-codes.ts'
import { addressIn, classifyRequest } from './classify.ts'
import { newLease } from './new-lease.ts'
import { type Case, type DhcpAnswer, isOurs, silence } from './outcome.ts'
import type { Gift } from './reply-content.ts'
import { isShutOut, reservationOf, selectAddress, type Wish, whyNot } from './select-address.ts'

/** How long a declined address is left alone. */
export const quarantineMilliseconds = 600_000

/** What a DHCP server answers on port 67 (RFC 2131 section 4.3). Throws WireError on malformed options. */
export function serveLease(from: Case): DhcpAnswer {
  switch (from.asked) {
    case 'discover':
      return onDiscover(from)
    case 'request':
      return onRequest(from)
    case 'decline':
      return onDecline(from)
    case 'release':
      return onRelease(from)
    case 'inform':
      return onInform(from)
    case 'offer':
    case 'ack':
    case 'nak':
      return silence({ code: 'not-for-clients', asked: from.asked })
  }
}

function onDiscover(from: Case): DhcpAnswer {
  const { packet, network } = from
  const selection = selectAddress(wishOf(from), placeOf(from))
  if (selection.kind === 'none') return silence(selection.why)

  const { address, reserved } = selection
  if (network.rapidCommit && packet.options.has(option.rapidCommit)) {
    return { ...grant(from, address), rapidCommit: true }
  }
  return {
    kind: 'offer',
    gift: giftOf(from, address),
    hold: newLease(from, address),
    why: given(from, address, reserved),
  }
}

function onRequest(from: Case): DhcpAnswer {
  const { packet } = from
  const request = classifyRequest(packet, address => isOurs(from, address), from.arrival.broadcast)
  if (request.kind === 'none') return silence(request.why)
  if (request.kind === 'selecting-other') {
    return silence(
      { code: 'other-server-chosen', server: formatIpv4(request.server) },
      { drop: true },
    )
  }
  const { kind, address } = request
  const denied = whyNot(address, wishOf(from), placeOf(from))
  if (kind === 'selecting-ours' || kind === 'renewing') {
    const own = denied === undefined ? elsewhere(from, address) : undefined
    if (own !== undefined) return refuse(notThis(own, address))
    return denied === undefined ? grant(from, address) : deny(denied, address)
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
  if (isLost && !isShutOut(wishOf(from), from.network)) {
    return refuse({ code: 'other-network', address: formatIpv4(address) })
  }
  if (record === undefined && denied === undefined && isOffered(from, address)) {
    return grant(from, address)
  }
  if (record === undefined) return silence({ code: 'no-record', state: kind })
  if (record === address) {
    return denied === undefined ? grant(from, address) : deny(denied, address)
  }
  const other = notThis(record, address)
  return kind === 'init-reboot' ? refuse(other) : silence({ ...other, here: true })
}

/** Several networks may share our own link. */
function isElsewhere({ packet, network, deps }: Case, address: Ipv4): boolean {
  const here = deps.networks().filter(({ name, interface: device }) => {
    return name === network.name || (packet.giaddr === 0 && device === network.interface)
  })
  return !here.some(({ subnet }) => subnetContains(subnet, address))
}

/** Simple clients leave option 54 out when they take an offer. */
function isOffered({ network, mac, deps, now }: Case, address: Ipv4): boolean {
  return deps.offers.byMac(network.name, mac, now)?.address === address
}

/**
 * The address that a machine has by our record: the reservation it can have, else what it asks for where
 * that is leased to it, else its latest lease.
 */
function recordOf(from: Case, asked: Ipv4): Ipv4 | undefined {
  const { network, mac, deps } = from
  const reservation = reservationOf(from, network)
  if (reservation !== undefined && whyNot(reservation, wishOf(from), placeOf(from)) === undefined)
    return reservation
  return hasLease(from, asked) ? asked : deps.leases.byMac(network.name, mac)?.address
}

function hasLease({ mac, deps, now }: Case, address: Ipv4): boolean {
  const lease = deps.leases.byAddress(address)
  return lease?.mac === mac && lease.state === 'active' && lease.end > now
}

/**
 * The address that a machine has while it asks for one that it was not given. Anybody can ask in its
 * name, and would move it there with its next boot.
 */
function elsewhere(from: Case, address: Ipv4): Ipv4 | undefined {
  const { network, mac, deps } = from
  if (hasLease(from, address) || isOffered(from, address)) return undefined
  if (reservationOf(from, network) === address) return undefined
  const own = deps.leases.byMac(network.name, mac)?.address
  return own !== undefined &&
    hasLease(from, own) &&
    whyNot(own, wishOf(from), placeOf(from)) === undefined
    ? own
    : undefined
}

function onDecline(from: Case): DhcpAnswer {
  const { packet, network, mac, deps, now } = from
  const address = addressIn(packet, option.requestedAddress)
  if (address === undefined) return silence({ code: 'no-address-named', asked: 'decline' })
  if (!isForUs(from)) return silence({ code: 'for-another-server', asked: 'decline' })
  const holders = [deps.offers.byAddress(address, now), deps.leases.byAddress(address)]
  if (!holders.some(holder => holder?.mac === mac)) {
    return silence({ code: 'declines-foreign', address: formatIpv4(address) })
  }
  const end = now + quarantineMilliseconds
  return silence(
    { code: 'declined', address: formatIpv4(address) },
    {
      lease: { ...newLease(from, address), end, state: 'declined' },
      doubt: reservationOf(from, network) === address ? 'always' : 'leased',
      drop: true,
    },
  )
}

function onRelease(from: Case): DhcpAnswer {
  const { packet, mac, deps, now } = from
  const lease = deps.leases.byAddress(packet.ciaddr)
  if (!isForUs(from)) return silence({ code: 'for-another-server', asked: 'release' })
  if (lease?.mac !== mac || lease.state !== 'active') {
    return silence({ code: 'releases-foreign', address: formatIpv4(packet.ciaddr) })
  }
  const end = Math.min(now, lease.end)
  return silence(
    { code: 'released', address: formatIpv4(lease.address) },
    { lease: { ...lease, end, state: 'released' }, drop: true },
  )
}

function onInform(from: Case): DhcpAnswer {
  const { packet, network, host } = from
  if (!subnetContains(network.subnet, packet.ciaddr)) {
    return silence({ code: 'informs-from-elsewhere', address: formatIpv4(packet.ciaddr) })
  }
  const { answer } = from
  const why: Reason = { code: 'gives-settings', ...(answer && { because: answer.why }) }
  const gift: Gift = host ? { kind: 'settings', hostName: host.name } : { kind: 'settings' }
  return { kind: 'ack', gift, why }
}

function grant(from: Case, address: Ipv4): DhcpAnswer & { readonly kind: 'ack' } {
  const lease = newLease(from, address)
  return {
    kind: 'ack',
    gift: giftOf(from, address),
    lease,
    why: given(from, address),
  }
}

function refuse(why: Reason, message = sentenceOf(why)): DhcpAnswer {
  return { kind: 'nak', why, message, drop: true }
}

/** Who has the address instead is nobody else's business. */
function deny(why: Reason, address: Ipv4): DhcpAnswer {
  return refuse(why, `${formatIpv4(address)} is not for this machine`)
}

function notThis(own: Ipv4, asked: Ipv4): ReasonOf<'other-address'> {
  return { code: 'other-address', address: formatIpv4(own), asked: formatIpv4(asked) }
}

function giftOf({ host }: Case, address: Ipv4): Gift {
  return host ? { kind: 'lease', address, hostName: host.name } : { kind: 'lease', address }
}

function wishOf({ mac, host, packet }: Case): Wish {
  // A wish that cannot be read is none; a REQUEST with such an address has been refused by now.
  const wanted = packet.options.get(option.requestedAddress)
  const requested = wanted?.length === 4 ? ipv4OfBytes(wanted) : undefined
  return { mac, ...(host ? { host } : {}), ...(requested === undefined ? {} : { requested }) }
}

function placeOf({ network, deps, now }: Case) {
  const { leases, offers } = deps
  return {
    network,
    leases,
    offers,
    now,
    reservedFor: deps.reservedFor,
    ...(deps.reserved ? { reserved: deps.reserved() } : {}),
  }
}

/** RELEASE and DECLINE carry option 54; forgiven where it is missing. */
function isForUs(from: Case): boolean {
  const server = addressIn(from.packet, option.serverId)
  return server === undefined || isOurs(from, server)
}

/** An address, with what was decided about booting. */
function given({ answer }: Case, address: Ipv4, reserved = false): Reason {
  return {
    code: 'gives-address',
    address: formatIpv4(address),
    ...(reserved && { reserved }),
    ...(answer && { because: answer.why }),
  }
}
