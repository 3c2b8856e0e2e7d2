import { isLeasedTo } from '../boot/lease.ts'
import type { Reason } from '../boot/reason.ts'
import { formatIpv4, subnetContains } from '../wire/address.ts'
import { type MessageName, option } from '../wire/dhcp-codes.ts'
import { seat } from './apart.ts'
import { addressIn } from './classify.ts'
import { addressRequestOf, giftOf, grant, grantReason, hostNameOf, poolOf } from './grant.ts'
import { isOfferedTo } from './lease.ts'
import { newLease, quarantineMilliseconds } from './new-lease.ts'
import { onRequest } from './on-request.ts'
import { type Case, type DhcpAnswer, isOurs, silence } from './outcome.ts'
import { offerKey, reservationOf, selectAddress } from './select-address.ts'

/** What a DHCP server answers on port 67 (RFC 2131 section 4.3). Throws WireError on malformed options. */
export function serveLease(from: Case): DhcpAnswer {
  const { seated, look } = seat(from)
  const answer = byMessage[seated.asked](seated)
  return look === undefined ? answer : { ...answer, look }
}

const byMessage: Readonly<Record<MessageName, (from: Case) => DhcpAnswer>> = {
  discover: onDiscover,
  request: onRequest,
  decline: onDecline,
  release: onRelease,
  inform: onInform,
  offer: notForClients,
  ack: notForClients,
  nak: notForClients,
}

function onDiscover(from: Case): DhcpAnswer {
  const { packet, network } = from
  const selection = selectAddress(addressRequestOf(from), poolOf(from))
  if (selection.kind === 'none') return silence(selection.why)

  const { address, reserved } = selection
  if (network.rapidCommit && packet.options.has(option.rapidCommit)) {
    return { ...grant(from, address), rapidCommit: true }
  }
  return {
    kind: 'offer',
    gift: giftOf(from, address),
    hold: newLease(from, address),
    why: grantReason(from, address, reserved),
  }
}

function notForClients({ asked }: Case): DhcpAnswer {
  return silence({ code: 'not-for-clients', asked })
}

function onDecline(from: Case): DhcpAnswer {
  const { packet, network, deps, now } = from
  const address = addressIn(packet, option.requestedAddress)
  if (address === undefined) return silence({ code: 'no-address-named', asked: 'decline' })
  if (!isForUs(from)) return silence({ code: 'for-another-server', asked: 'decline' })
  const offer = deps.offers.byAddress(address, now)
  const lease = deps.leases.byAddress(address)
  if (!(offer && isOfferedTo(offer, from)) && !(lease && isLeasedTo(lease, from))) {
    return silence({ code: 'declines-foreign', address: formatIpv4(address) })
  }
  const end = now + quarantineMilliseconds
  return silence(
    { code: 'declined', address: formatIpv4(address) },
    {
      lease: { ...newLease(from, address), end, state: 'declined' },
      doubt: reservationOf(from, network) === address ? 'always' : 'leased',
      drop: offerKey(from, network),
    },
  )
}

function onRelease(from: Case): DhcpAnswer {
  const { packet, network, deps, now } = from
  const lease = deps.leases.byAddress(packet.ciaddr)
  if (!isForUs(from)) return silence({ code: 'for-another-server', asked: 'release' })
  if (!lease || !isLeasedTo(lease, from) || lease.state !== 'active') {
    return silence({ code: 'releases-foreign', address: formatIpv4(packet.ciaddr) })
  }
  const end = Math.min(now, lease.end)
  return silence(
    { code: 'released', address: formatIpv4(lease.address) },
    { lease: { ...lease, end, state: 'released' }, drop: offerKey(from, network) },
  )
}

function onInform(from: Case): DhcpAnswer {
  const { packet, network } = from
  if (!subnetContains(network.subnet, packet.ciaddr)) {
    return silence({ code: 'informs-from-elsewhere', address: formatIpv4(packet.ciaddr) })
  }
  const { answer } = from
  const why: Reason = { code: 'gives-settings', ...(answer && { because: answer.why }) }
  return { kind: 'ack', gift: { kind: 'settings', ...hostNameOf(from) }, why }
}

/** RELEASE and DECLINE carry option 54; forgiven where it is missing. */
function isForUs(from: Case): boolean {
  const server = addressIn(from.packet, option.serverId)
  return server === undefined || isOurs(from, server)
}
