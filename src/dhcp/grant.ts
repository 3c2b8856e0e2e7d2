import type { Reason, ReasonOf } from '../boot/reason.ts'
import { sentenceOf } from '../boot/words/reason.ts'
import { formatIpv4, type Ipv4, ipv4OfBytes } from '../wire/address.ts'
import { option } from '../wire/dhcp-codes.ts'
import { newLease } from './new-lease.ts'
import type { Case, DhcpAnswer } from './outcome.ts'
import type { Gift } from './reply-content.ts'
import { type AddressRequest, offerKey, type Pool } from './select-address.ts'

/** The ACK with an address; `renews`: to a REQUEST of the state RENEWING or REBINDING. */
export function grant(
  from: Case,
  address: Ipv4,
  renews = false,
): DhcpAnswer & { readonly kind: 'ack' } {
  const lease = newLease(from, address, renews)
  return {
    kind: 'ack',
    gift: giftOf(from, address),
    lease,
    why: grantReason(from, address),
  }
}

export function refuse(from: Case, why: Reason, message = sentenceOf(why)): DhcpAnswer {
  return { kind: 'nak', why, message, drop: offerKey(from, from.network) }
}

/** Who has the address instead is nobody else's business. */
export function deny(from: Case, why: Reason, address: Ipv4): DhcpAnswer {
  return refuse(from, why, `${formatIpv4(address)} is not for this machine`)
}

export function notThis(own: Ipv4, asked: Ipv4): ReasonOf<'other-address'> {
  return { code: 'other-address', address: formatIpv4(own), asked: formatIpv4(asked) }
}

/** A client that shares its MAC is not the host of the config, and has not its name. */
export function hostNameOf({ host, apart }: Case): { readonly hostName?: string } {
  return host && apart === undefined ? { hostName: host.name } : {}
}

export function giftOf(from: Case, address: Ipv4): Gift {
  return { kind: 'lease', address, ...hostNameOf(from) }
}

export function addressRequestOf({ mac, apart, host, packet }: Case): AddressRequest {
  // A wish that cannot be read is none; a REQUEST with such an address has been refused by now.
  const wanted = packet.options.get(option.requestedAddress)
  const requested = wanted?.length === 4 ? ipv4OfBytes(wanted) : undefined
  return {
    mac,
    apart,
    ...(host ? { host } : {}),
    ...(requested === undefined ? {} : { requested }),
  }
}

export function poolOf({ network, deps, now }: Case): Pool {
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

/** An address, with what was decided about booting. */
export function grantReason({ answer, apart }: Case, address: Ipv4, reserved = false): Reason {
  return {
    code: 'gives-address',
    address: formatIpv4(address),
    ...(reserved && { reserved }),
    ...(apart !== undefined && { apart: true }),
    ...(answer && { because: answer.why }),
  }
}
