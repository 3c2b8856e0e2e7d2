import type { Lease } from '../boot/lease.ts'
import type { Ipv4, Mac } from '../wire/address.ts'
import { type AddressSet, createAddressSet } from '../wire/address-set.ts'

/** The daemon's look-ups of leases, ended ones included. */
export interface LeaseBook {
  /** The latest lease of this MAC in this network. */
  byMac(network: string, mac: Mac): Lease | undefined
  byAddress(address: Ipv4): Lease | undefined
  /** Every address that has a lease, ended ones included. */
  known(): AddressSet
  /** The addresses whose leases hold, declined ones included, and perhaps some that have just ended. */
  held(now: number): AddressSet
  /** The addresses of a network whose leases have ended, the longest ended first. */
  ended(network: string, now: number): Iterable<Ipv4>
  /** The addresses of a network that were declined, or found in use, and never leased since: the oldest first. */
  declined(network: string): Iterable<Ipv4>
}

/** An address promised to a machine that has not asked for it yet. */
export interface Offer {
  readonly address: Ipv4
  readonly mac: Mac
  /** Name of the network. */
  readonly network: string
}

/** The offers that are held, to look things up in. */
export interface OfferBook {
  byMac(network: string, mac: Mac, now: number): Offer | undefined
  byAddress(address: Ipv4, now: number): Offer | undefined
  /** All addresses that are on offer. */
  held(now: number): AddressSet
}

/** Offers in memory. Each is held 60 s. */
export interface Offers extends OfferBook {
  hold(offer: Offer, now: number): void
  drop(network: string, mac: Mac): void
}

/** What a packet changes about the offers. */
export interface OfferChange {
  readonly network?: { readonly name: string }
  readonly mac?: Mac
  readonly hold?: Offer
  readonly drop?: true
}

export function changeOffers(
  offers: Offers,
  { network, mac, hold, drop }: OfferChange,
  now: number,
): void {
  if (drop && network && mac) offers.drop(network.name, mac)
  if (hold) offers.hold(hold, now)
}

const offerMilliseconds = 60_000

/** An empty table for at most `most` offers; when it is full the oldest gives way. Times are epoch ms. */
export function createOffers(most = 65_536): Offers {
  // Every offer is held equally long, so the order of insertion is the order of ending.
  const offers = new Map<string, Offer & { readonly until: number }>()
  const keyByAddress = new Map<Ipv4, string>()
  const held = createAddressSet()

  function remove(key: string): void {
    const offer = offers.get(key)
    if (!offer) return
    offers.delete(key)
    if (keyByAddress.get(offer.address) !== key) return
    keyByAddress.delete(offer.address)
    held.delete(offer.address)
  }

  /** Leaves at most `size` of those that hold. */
  function prune(now: number, size: number): void {
    for (const [key, { until }] of offers) {
      if (until > now && offers.size <= size) return
      remove(key)
    }
  }

  function current(key: string | undefined, now: number): Offer | undefined {
    const offer = key === undefined ? undefined : offers.get(key)
    return offer && offer.until > now ? offer : undefined
  }

  return {
    hold(offer, now) {
      const key = keyOf(offer.network, offer.mac)
      remove(key)
      prune(now, most - 1)
      const { address, mac, network } = offer
      offers.set(key, { address, mac, network, until: now + offerMilliseconds })
      keyByAddress.set(offer.address, key)
      held.add(offer.address)
    },
    drop: (network, mac) => remove(keyOf(network, mac)),
    byMac: (network, mac, now) => current(keyOf(network, mac), now),
    byAddress: (address, now) => current(keyByAddress.get(address), now),
    held(now) {
      prune(now, most)
      return held
    },
  }
}

function keyOf(network: string, mac: Mac): string {
  return `${mac} ${network}`
}
