import type { Host } from '../boot/host.ts'
import { isInForce } from '../boot/lease.ts'
import { type Claimant6, isLeased6To, type Lease6 } from '../boot/lease6.ts'
import type { NetworkWith6 } from '../boot/network-address.ts'
import type { Reason } from '../boot/reason.ts'
import type { Mac } from '../wire/address.ts'
import {
  type AddressRange6,
  block6Contains,
  type Ipv6,
  ipv6OfNumber,
  ipv6ToNumber,
} from '../wire/ipv6.ts'
import type { LeaseBook6, OfferBook6 } from './lease.ts'

/** Who wants an IPv6 address. */
export interface AddressRequest6 {
  readonly who: Claimant6
  readonly host?: Host
  /** Those that its packet names. */
  readonly requested: readonly Ipv6[]
}

/** Where it wants one, and who has the others. `now` is in epoch milliseconds. */
export interface Pool6 {
  readonly network: NetworkWith6
  readonly leases: LeaseBook6
  readonly offers: OfferBook6
  /** The MACs that an address is reserved for, if it is. */
  readonly reservedFor: (address: Ipv6) => readonly Mac[] | undefined
  readonly now: number
}

export type Selection6 =
  | { readonly kind: 'address'; readonly address: Ipv6; readonly reserved: boolean }
  | { readonly kind: 'none'; readonly why: Reason }

/**
 * The IPv6 address for a machine: its reservation, else the one it has, was offered or had, else one that it
 * asks for, else a free one of the range. Firmware, iPXE and system call themselves by different DUIDs and
 * get the same address.
 */
export function selectAddress6(request: AddressRequest6, pool: Pool6): Selection6 {
  const { network, leases, offers, now } = pool
  const { who, host, requested } = request
  const reservation = reservationOf6(request, network)
  const candidates = [
    reservation,
    leases.byClient(network.name, who)?.address,
    offers.byClient(network.name, who, now)?.address,
    ...requested,
  ]
  for (const address of candidates) {
    if (address !== undefined && whyNoAddress6(address, request, pool) === undefined)
      return { kind: 'address', address, reserved: address === reservation }
  }
  if (network.leaseTo === 'hosts' && !host) return none({ code: 'not-a-host' })
  if (!network.ipv6.range) return none({ code: 'no-range' })
  const address = freeAddress6(network.ipv6.range, request, pool)
  if (address === undefined) return none({ code: 'range-full' })
  return { kind: 'address', address, reserved: false }
}

/** Why a machine may not have an address; `undefined` when it may. */
function whyNoAddress6(address: Ipv6, request: AddressRequest6, pool: Pool6): Reason | undefined {
  const { network } = pool
  const { subnet, serverAddress, range } = network.ipv6
  if (network.leaseTo === 'hosts' && !request.host) return { code: 'not-a-host' }
  if (!block6Contains(subnet, address) || address === serverAddress || address === subnet.base)
    return { code: 'not-an-address-for-clients', address }
  const isReserved = reservationOf6(request, network) === address
  if (!isReserved && !(range && block6Contains(range, address)))
    return { code: 'outside-range', address }
  return whyTaken(address, request, pool)
}

/** The address reserved for the NIC that asks, where the config has one in this network. */
export function reservationOf6(
  { who, host }: Pick<AddressRequest6, 'who' | 'host'>,
  network: NetworkWith6,
): Ipv6 | undefined {
  const nic = host?.nics.find(
    ({ mac, network: own }) => mac === who.mac && (own === undefined || own === network.name),
  )
  const address = nic?.address6
  return address !== undefined && block6Contains(network.ipv6.subnet, address) ? address : undefined
}

/** How long an address that was given back is kept from everybody but the one who had it. */
const restMilliseconds = 180_000

function whyTaken(address: Ipv6, { who }: AddressRequest6, pool: Pool6): Reason | undefined {
  const { leases, offers, reservedFor, now } = pool
  const macs = reservedFor(address)
  if (macs && !(who.mac !== undefined && macs.includes(who.mac)))
    return { code: 'address-reserved', address }
  const offer = offers.byAddress(address, now)
  if (offer && !isLeased6To(offer, who))
    return { code: 'address-offered', address, ...holderIn(offer) }
  const lease = leases.byAddress(address)
  if (!lease) return undefined
  if (lease.state === 'declined')
    return lease.end > now ? { code: 'address-declined', address } : undefined
  if (isLeased6To(lease, who)) return undefined
  if (lease.state === 'released')
    return lease.end + restMilliseconds > now ? { code: 'address-given-back', address } : undefined
  return isInForce(lease, now) ? { code: 'address-leased', address, ...holderIn(lease) } : undefined
}

/** Whom an address has, as the log calls it. */
function holderIn({ mac, duid }: Lease6): { readonly mac: Mac } | { readonly duid: string } {
  return mac === undefined ? { duid } : { mac }
}

/** So many addresses one behind the other are looked at, and so many all over the range. */
const near = 512
const far = 1536
/** Odd, so that steps of it come to every address of a range of 2^n, and far from the last. */
const stride = 0x9e3779b97f4a7c15n

/**
 * A free address of the range, looked for from a point that depends on the machine alone, so that it gets
 * the same one again even when its lease is forgotten: a range of /64 has one for every MAC. One never leased
 * wins. A range that is nearly full may seem so: that many are looked at, whoever asks.
 */
function freeAddress6(range: AddressRange6, request: AddressRequest6, pool: Pool6) {
  const { subnet, serverAddress } = pool.network.ipv6
  const first = ipv6ToNumber(range.from)
  const size = ipv6ToNumber(range.to) - first + 1n
  const start = pointOf(request.who) % size
  const looks = size < BigInt(near + far) ? Number(size) : near + far
  let ended: Ipv6 | undefined
  for (let n = 0; n < looks; n++) {
    const step = n < near || looks < near + far ? BigInt(n) : BigInt(n) * stride
    const address = ipv6OfNumber(first + ((start + step) % size))
    if (address === serverAddress || address === subnet.base) continue
    if (whyTaken(address, request, pool) !== undefined) continue
    if (!pool.leases.byAddress(address)) return address
    ended ??= address
  }
  return ended
}

/** A number of the machine's own: its MAC, so that cards of one rack get addresses in a row. */
function pointOf({ mac, duid }: Claimant6): bigint {
  return BigInt(`0x${mac?.replaceAll(':', '') ?? duid.slice(-32)}`)
}

function none(why: Reason): Selection6 {
  return { kind: 'none', why }
}
