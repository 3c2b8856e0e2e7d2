import { isInForce } from '../boot/lease.ts'
import { isLeased6To, type Lease6 } from '../boot/lease6.ts'
import type { Reason } from '../boot/reason.ts'
import type { MessageName6 } from '../wire/dhcp6-codes.ts'
import { option6, status6 } from '../wire/dhcp6-codes.ts'
import { type Dhcp6Option, option6Of } from '../wire/dhcp6-packet.ts'
import { type IaNa, statusToOption } from '../wire/dhcp6-values.ts'
import { block6Contains, type Ipv6 } from '../wire/ipv6.ts'
import { addressesIn, associationsOf, denied, granted, noPrefixes } from './associations.ts'
import { type Case6, type Dhcp6Answer, type NamedCase6, silence6 } from './outcome.ts'
import { reservationOf6, selectAddress6 } from './select-address.ts'

/** What a DHCPv6 server answers (RFC 8415 section 18.3). Throws WireError on malformed options. */
export function serveLease6(from: Case6): Dhcp6Answer {
  if (from.asked === 'information-request') return onInformationRequest(from)
  const { who } = from
  if (!who)
    return silence6({ code: 'malformed', error: `a ${from.asked} without a client identifier` })
  return byMessage[from.asked]({ ...from, who })
}

type NamedMessage6 = Exclude<MessageName6, 'information-request'>

const byMessage: Readonly<Record<NamedMessage6, (from: NamedCase6) => Dhcp6Answer>> = {
  solicit: onSolicit,
  request: from => give(from, 'reply'),
  renew: from => give(from, 'reply'),
  rebind: onRebind,
  confirm: onConfirm,
  release: onRelease,
  decline: onDecline,
  advertise: notForClients,
  reply: notForClients,
  reconfigure: notForClients,
}

function notForClients({ asked }: NamedCase6): Dhcp6Answer {
  return silence6({ code: 'not-for-clients', asked })
}

function onInformationRequest({ answer }: Case6): Dhcp6Answer {
  const why: Reason = { code: 'gives-settings', ...(answer && { because: answer.why }) }
  return { kind: 'reply', options: [], settings: true, why }
}

function onSolicit(from: NamedCase6): Dhcp6Answer {
  const { network, packet } = from
  const isRapid =
    network.rapidCommit === true && option6Of(packet.options, option6.rapidCommit) !== undefined
  return give(from, isRapid ? 'reply' : 'advertise')
}

/**
 * The machine's address. It has one: the first association that asks gets it, and others are told that there
 * is none for them (RFC 8415 section 18.3.2).
 */
function give(from: NamedCase6, kind: 'advertise' | 'reply'): Dhcp6Answer {
  const { packet, network, asked } = from
  const [first, ...others] = associationsOf(packet)
  const prefixes = noPrefixes(packet)
  if (!first) {
    return prefixes.length === 0
      ? silence6({ code: 'asks-no-address', asked })
      : { kind, options: prefixes, settings: false, why: { code: 'asks-no-address', asked } }
  }
  const selection = selectAddress6(requestOf(from, first), poolOf(from))
  if (selection.kind === 'none') return refused(from, [first, ...others], selection.why)
  const { address, reserved } = selection
  const lease = newLease6(from, address, first.iaid)
  return {
    kind,
    options: [
      granted(first, address, network),
      ...others.map(ia => denied(ia, status6.noAddresses, 'a machine has one address')),
      ...prefixes,
    ],
    address,
    settings: true,
    ...(kind === 'advertise' ? { hold: lease } : { leases: [lease] }),
    ...(kind === 'reply' && asked === 'solicit' ? { rapidCommit: true as const } : {}),
    why: {
      code: 'gives-address',
      address,
      ...(reserved && { reserved }),
      ...(from.answer && { because: from.answer.why }),
    },
  }
}

/** Strangers where only hosts are served are not to wait for us; who has asked us by name is told no. */
function refused(from: NamedCase6, associations: readonly IaNa[], why: Reason): Dhcp6Answer {
  if (from.asked === 'solicit') return silence6(why)
  const status = from.asked === 'request' ? status6.noAddresses : status6.noBinding
  const options = associations.map(ia => denied(ia, status, 'no address for this machine'))
  return { kind: 'reply', options, settings: false, why }
}

/** It asks every server: another one may know it (RFC 8415 section 18.3.5). */
function onRebind(from: NamedCase6): Dhcp6Answer {
  const { network, deps, who, now } = from
  const lease = deps.leases.byClient(network.name, who)
  const isKnown = lease !== undefined && isInForce(lease, now)
  return isKnown || reservationOf6(from, network) !== undefined
    ? give(from, 'reply')
    : silence6({ code: 'no-record', state: 'rebind' })
}

/** Whether it is still on the link of its addresses; nothing else is asked (RFC 8415 section 18.3.3). */
function onConfirm(from: NamedCase6): Dhcp6Answer {
  const { network, packet } = from
  const addresses = associationsOf(packet).flatMap(addressesIn)
  const [first] = addresses
  if (first === undefined) return silence6({ code: 'no-address-named', asked: 'confirm' })
  const other = addresses.find(address => !block6Contains(network.ipv6.subnet, address))
  return other === undefined
    ? said(status6.success, 'on link', [], { code: 'confirmed', address: first })
    : said(status6.notOnLink, 'not on link', [], { code: 'other-network', address: other })
}

function onRelease(from: NamedCase6): Dhcp6Answer {
  const { deps, packet, who, now } = from
  const all = associationsOf(packet).flatMap(ia =>
    addressesIn(ia).map(address => ({
      iaid: ia.iaid,
      lease: deps.leases.byAddress(address),
      address,
    })),
  )
  const [first] = all
  if (!first) return silence6({ code: 'no-address-named', asked: 'release' })
  // EDK2 releases what one of its drivers had, while the next one has the same address already.
  const own = all.flatMap(({ iaid, lease }) =>
    lease?.state === 'active' && isLeased6To(lease, who) && lease.iaid === iaid ? [lease] : [],
  )
  const leases = own.map(
    (lease): Lease6 => ({ ...lease, end: Math.min(now, lease.end), state: 'released' }),
  )
  const { address } = leases[0] ?? first
  return leases.length > 0
    ? { ...said(status6.success, 'released', [], { code: 'released', address }), leases }
    : said(status6.success, 'not yours', unknown(packet), { code: 'releases-foreign', address })
}

/** How long an address is left alone that was declined. */
const quarantineMilliseconds = 600_000

/**
 * Somebody else has it, says the client. A reservation stays what it is: anybody can write a DECLINE, and
 * could move a machine off its address.
 */
function onDecline(from: NamedCase6): Dhcp6Answer {
  const { deps, packet, who, now, network } = from
  const [address, ...rest] = associationsOf(packet).flatMap(addressesIn)
  if (address === undefined) return silence6({ code: 'no-address-named', asked: 'decline' })
  const end = now + quarantineMilliseconds
  const leases = [address, ...rest].flatMap((one): Lease6[] => {
    const lease = deps.leases.byAddress(one)
    const isOwn = lease?.state === 'active' && isLeased6To(lease, who)
    return isOwn && reservationOf6(from, network) !== one
      ? [{ ...lease, start: now, end, state: 'declined' }]
      : []
  })
  const why: Reason =
    leases.length > 0 ? { code: 'declined', address } : { code: 'declines-foreign', address }
  return { ...said(status6.success, 'noted', [], why), leases }
}

/** The associations of which nothing is known here. */
function unknown(packet: NamedCase6['packet']): Dhcp6Option[] {
  return associationsOf(packet).map(ia => denied(ia, status6.noBinding, 'not leased to you'))
}

function said(
  status: number,
  text: string,
  options: readonly Dhcp6Option[],
  why: Reason,
): Dhcp6Answer & { readonly kind: 'reply' } {
  return {
    kind: 'reply',
    options: [statusToOption(status, text), ...options],
    settings: false,
    why,
  }
}

function requestOf({ who, host }: NamedCase6, asked: IaNa) {
  return { who, ...(host ? { host } : {}), requested: addressesIn(asked) }
}

function poolOf({ network, deps, now }: NamedCase6) {
  const { leases, offers, reservedFor } = deps
  return { network, leases, offers, reservedFor, now }
}

function newLease6(from: NamedCase6, address: Ipv6, iaid: number): Lease6 {
  const { who, network, deps, now } = from
  const old = deps.leases.byAddress(address)
  const goesOn = old !== undefined && isLeased6To(old, who) && isInForce(old, now)
  return {
    ...who,
    address,
    iaid,
    network: network.name,
    start: goesOn ? old.start : now,
    end: now + network.leaseSeconds * 1000,
    state: 'active',
  }
}
