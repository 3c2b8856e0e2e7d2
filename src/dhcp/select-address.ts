import type { Host } from '../boot/host.ts'
import { type Claimant, isInForce, isLeasedTo, type Lease } from '../boot/lease.ts'
import type { NetworkWith4 } from '../boot/network-address.ts'
import type { Reason } from '../boot/reason.ts'
import {
  type AddressRange,
  formatIpv4,
  type Ipv4,
  type Mac,
  subnetBroadcast,
  subnetContains,
} from '../wire/address.ts'
import { type AddressSet, firstOutside } from '../wire/address-set.ts'
import { isOfferedTo, type LeaseBook, type OfferBook, type OfferKey } from './lease.ts'

/** Who wants an address. */
export interface AddressRequest extends Claimant {
  readonly host?: Host
  /** Option 50. */
  readonly requested?: Ipv4
}

/** Where it wants one, and who has the others. `now` is in epoch milliseconds. */
export interface Pool {
  readonly network: NetworkWith4
  readonly leases: LeaseBook
  readonly offers: OfferBook
  /** The MACs that an address is reserved for, if it is. */
  readonly reservedFor: (address: Ipv4) => readonly Mac[] | undefined
  /** All those addresses. */
  readonly reserved?: AddressSet
  readonly now: number
}

export type Selection =
  | { readonly kind: 'address'; readonly address: Ipv4; readonly reserved: boolean }
  | { readonly kind: 'none'; readonly why: Reason }

/**
 * The address for a machine: its reservation, else the one it has, was offered or had, else the one it
 * asks for, else a free one of the range (RFC 2131 section 4.3.1). A machine is its MAC: its ROM, iPXE
 * and system send different client identifiers (option 61) and get the same address. Clients that share
 * a MAC have what they are known by themselves, never a reservation.
 */
export function selectAddress(request: AddressRequest, pool: Pool): Selection {
  const candidates = [
    reservationOf(request, pool.network),
    latestLease(request, pool.network, pool.leases)?.address,
    pool.offers.of(offerKey(request, pool.network), pool.now)?.address,
    request.requested,
  ]
  for (const address of candidates) {
    if (address !== undefined && whyNoAddress(address, request, pool) === undefined) {
      return { kind: 'address', address, reserved: address === candidates[0] }
    }
  }
  if (isShutOut(request, pool.network)) return none({ code: 'not-a-host' })
  if (!pool.network.range) return none({ code: 'no-range' })
  if (isCrowded(request, pool)) return none({ code: 'too-many-apart', most: mostApart })

  const address = freeAddress(pool.network.range, request, pool)
  return address === undefined ? none({ code: 'range-full' }) : found(address)
}

/** How long an address that was given back is kept from everybody but the one who had it. */
const restMilliseconds = 180_000

/**
 * Why a machine may not have an address; `undefined` when it may: the address is reserved for it, or is
 * in the range and nobody else's.
 */
export function whyNoAddress(
  address: Ipv4,
  request: AddressRequest,
  pool: Pool,
): Reason | undefined {
  const { network } = pool
  if (isShutOut(request, network)) return { code: 'not-a-host' }
  if (isExcluded(address, network)) {
    return { code: 'not-an-address-for-clients', address: formatIpv4(address) }
  }
  if (reservationOf(request, network) !== address && !isInRange(address, network.range)) {
    return { code: 'outside-range', address: formatIpv4(address) }
  }
  return (
    whyTaken(address, request, pool) ??
    (isCrowded(request, pool) ? { code: 'too-many-apart', most: mostApart } : undefined)
  )
}

/** So many clients behind one MAC get addresses of their own: a card is not to take a whole range. */
const mostApart = 64

function isCrowded(request: AddressRequest, { leases, now }: Pool): boolean {
  if (request.apart === undefined) return false
  const active = leases.apart(request.mac).filter(lease => isInForce(lease, now))
  return active.length >= mostApart && !active.some(lease => isLeasedTo(lease, request))
}

/** The latest lease, ended or not, of a machine or of a client that shares its MAC. */
export function latestLease(
  { mac, apart }: Claimant,
  { name }: NetworkWith4,
  leases: LeaseBook,
): Lease | undefined {
  if (apart === undefined) return leases.byMac(name, mac)
  const own = leases.apart(mac).filter(l => l.network === name && l.clientId === apart)
  return own.toSorted((a, b) => b.end - a.end)[0]
}

export function offerKey({ mac, apart }: Claimant, { name: network }: NetworkWith4): OfferKey {
  return apart === undefined ? { network, mac } : { network, mac, apart }
}

/** The address reserved for the NIC that asks, where the config has one in this network. */
export function reservationOf(
  { mac, host, apart }: Pick<AddressRequest, 'mac' | 'host' | 'apart'>,
  network: NetworkWith4,
): Ipv4 | undefined {
  if (apart !== undefined) return undefined
  const nic = host?.nics.find(
    nic => nic.mac === mac && (nic.network === undefined || nic.network === network.name),
  )
  if (nic?.address === undefined) return undefined
  return subnetContains(network.subnet, nic.address) ? nic.address : undefined
}

function whyTaken(at: Ipv4, request: AddressRequest, pool: Pool): Reason | undefined {
  const address = formatIpv4(at)
  if (isOthers(at, request, pool)) return { code: 'address-reserved', address }
  const offer = pool.offers.byAddress(at, pool.now)
  if (offer && !isOfferedTo(offer, request)) {
    return { code: 'address-offered', address, mac: offer.mac }
  }
  const lease = pool.leases.byAddress(at)
  if (!lease || (isLeasedTo(lease, request) && lease.state !== 'declined')) return undefined
  if (lease.state === 'released') {
    // Whoever gave it back may not have been who has it: anybody can write a RELEASE.
    const rests = lease.end + restMilliseconds > pool.now
    return rests ? { code: 'address-given-back', address } : undefined
  }
  if (lease.end <= pool.now) return undefined
  if (lease.state === 'declined') {
    // What was offered all the same, since nothing else was left, can be taken.
    return offer ? undefined : { code: 'address-declined', address }
  }
  return { code: 'address-leased', address, mac: lease.mac }
}

/**
 * A free address of the range, looked for from a point that depends on the MAC, so that a machine gets
 * the same one again even when its lease is forgotten. One never leased wins; then one of the longest
 * ended; then any. It costs the same however many are taken: the sets pass over those at once.
 */
function freeAddress(range: AddressRange, request: AddressRequest, pool: Pool): Ipv4 | undefined {
  const { leases, offers, reserved, network, now } = pool
  const others = [offers.held(now), ...(reserved ? [reserved] : [])]
  const fits = (address: Ipv4) => {
    const is = isInRange(address, range) && !isExcluded(address, network)
    return is && whyTaken(address, request, pool) === undefined
  }
  return (
    firstFree(range, request.mac, [leases.known(), ...others], fits) ??
    take(leases.ended(network.name, now), longestEnded).find(fits) ??
    firstFree(range, request.mac, [leases.held(now), ...others], fits) ??
    oldestDeclined(range, request, pool)
  )
}

/** When nothing else is left the address that was left alone the longest comes back, to be looked at anew. */
function oldestDeclined(
  range: AddressRange,
  request: AddressRequest,
  pool: Pool,
): Ipv4 | undefined {
  const { leases, offers, network, now } = pool
  const isFree = (address: Ipv4) =>
    isInRange(address, range) &&
    !isExcluded(address, network) &&
    !isOthers(address, request, pool) &&
    offers.byAddress(address, now) === undefined
  return take(leases.declined(network.name), longestEnded).find(isFree)
}

/** How many of the longest ended leases are looked at. */
const longestEnded = 16

/** What the sets leave over from the MAC's own point on, round the range, and fits. */
function firstFree(
  range: AddressRange,
  mac: Mac,
  sets: readonly AddressSet[],
  fits: (address: Ipv4) => boolean,
): Ipv4 | undefined {
  const start = (range.from + (extensionIdentifier(mac) % (range.to - range.from + 1))) as Ipv4
  const parts = [
    { from: start, to: range.to },
    { from: range.from, to: (start - 1) as Ipv4 },
  ]
  for (const { from, to } of parts) {
    let found = firstOutside(sets, { from, to })
    while (found !== undefined && !fits(found)) {
      found = firstOutside(sets, { from: (found + 1) as Ipv4, to })
    }
    if (found !== undefined) return found
  }
  return undefined
}

function take<T>(items: Iterable<T>, most: number): T[] {
  return Iterator.from(items).take(most).toArray()
}

/** Whether a machine gets no address here because the config does not know it. */
export function isShutOut({ host }: AddressRequest, network: NetworkWith4): boolean {
  return network.leaseTo === 'hosts' && host === undefined
}

/** Reserved, and not for who wants it. */
function isOthers(address: Ipv4, { mac, apart }: AddressRequest, { reservedFor }: Pool): boolean {
  const macs = reservedFor(address)
  return macs !== undefined && (apart !== undefined || !macs.includes(mac))
}

function isInRange(address: Ipv4, range: AddressRange | undefined): boolean {
  return range !== undefined && address >= range.from && address <= range.to
}

function isExcluded(address: Ipv4, { subnet, serverAddress, router }: NetworkWith4): boolean {
  if (!subnetContains(subnet, address) || address === serverAddress || address === router)
    return true
  // Links of /31 and /32 have neither a network nor a broadcast address (RFC 3021).
  return subnet.prefix < 31 && (address === subnet.base || address === subnetBroadcast(subnet))
}

/** The last three bytes, by which a maker numbers its cards: those of one rack get addresses in a row. */
function extensionIdentifier(mac: Mac): number {
  return Number.parseInt(mac.slice(-8).replaceAll(':', ''), 16)
}

function found(address: Ipv4): Selection {
  return { kind: 'address', address, reserved: false }
}

function none(why: Reason): Selection {
  return { kind: 'none', why }
}
