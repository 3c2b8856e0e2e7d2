import { remember } from '../base/bounded.ts'
import { given } from '../base/given.ts'
import type { Claimant, Lease } from '../boot/lease.ts'
import type { Ipv4, Mac } from '../wire/address.ts'
import { type AddressSet, createAddressSet } from '../wire/address-set.ts'

/** The daemon's look-ups of leases, ended ones included. */
export interface LeaseBook {
  /** The latest lease of the machine with this MAC in this network. */
  byMac(network: string, mac: Mac): Lease | undefined
  /** The leases of clients that share this MAC and have addresses of their own. */
  apart(mac: Mac): readonly Lease[]
  byAddress(address: Ipv4): Lease | undefined
  /** The same without what is on its way to the disk still; where there is none, `byAddress` says it. */
  kept?(address: Ipv4): Lease | undefined
  /** Every address that has a lease, ended ones included. */
  known(): AddressSet
  /** The addresses whose leases hold, declined ones included, and perhaps some that have just ended. */
  held(now: number): AddressSet
  /** The addresses of a network whose leases have ended, the longest ended first. */
  ended(network: string, now: number): Iterable<Ipv4>
  /** The addresses of a network that were declined, or found in use, and never leased since: the oldest first. */
  declined(network: string): Iterable<Ipv4>
}

/** Whom an offer was made to. */
export interface OfferKey extends Claimant {
  /** Name of the network. */
  readonly network: string
}

/** An address promised to a machine that has not asked for it yet. */
export interface Offer extends OfferKey {
  readonly address: Ipv4
}

export function isOfferedTo({ mac, apart }: Offer, claimant: Claimant): boolean {
  return mac === claimant.mac && apart === claimant.apart
}

/** The offers that are held, to look things up in. */
export interface OfferBook {
  of(key: OfferKey, now: number): Offer | undefined
  byAddress(address: Ipv4, now: number): Offer | undefined
  /** All addresses that are on offer. */
  held(now: number): AddressSet
}

/** Offers in memory. Each is held 60 s. */
export interface Offers extends OfferBook {
  hold(offer: Offer, now: number): void
  drop(key: OfferKey): void
}

/** What a packet changes about the offers. */
export interface OfferChange {
  readonly hold?: Lease
  readonly drop?: OfferKey
}

export function changeOffers(offers: Offers, { hold, drop }: OfferChange, now: number): void {
  if (drop) offers.drop(drop)
  if (hold) offers.hold(offerOf(hold), now)
}

/** Whom a lease would be offered to, and with that an offer of it. */
export function offerOf({ address, mac, network, holder, clientId }: Lease): Offer {
  return { address, mac, network, ...(holder === 'apart' && { apart: clientId }) }
}

const offerMilliseconds = 60_000

/** So many offers are held for clients that share a MAC: who makes up client ids leaves the range to others. */
const mostApart = 16

/** An empty table for at most `most` offers; when it is full the oldest gives way. Times are epoch ms. */
export function createOffers(most = 65_536): Offers {
  // Every offer is held equally long, so the order of insertion is the order of ending.
  const offers = new Map<string, Offer & { readonly until: number }>()
  const keyByAddress = new Map<Ipv4, string>()
  const held = createAddressSet()
  const apart = createApartKeys()

  function remove(key: string): void {
    const offer = offers.get(key)
    if (offer && offers.delete(key)) unlink(key, offer)
  }

  function unlink(key: string, offer: Offer): void {
    if (offer.apart !== undefined) apart.delete(offer.mac, key)
    if (keyByAddress.get(offer.address) !== key) return
    keyByAddress.delete(offer.address)
    held.delete(offer.address)
  }

  function removeEnded(now: number): void {
    for (const [key, { until }] of offers) {
      if (until > now) return
      remove(key)
    }
  }

  function current(key: string | undefined, now: number): Offer | undefined {
    const offer = key === undefined ? undefined : offers.get(key)
    return offer && offer.until > now ? offer : undefined
  }

  return {
    hold(offer, now) {
      const key = keyOf(offer)
      remove(key)
      removeEnded(now)
      const { address, mac, network } = offer
      const until = now + offerMilliseconds
      if (offer.apart !== undefined) for (const oldest of apart.add(mac, key)) remove(oldest)
      const kept = { address, mac, network, ...given('apart', offer.apart), until }
      const forgotten = remember(offers, key, kept, most)
      if (forgotten) unlink(...forgotten)
      keyByAddress.set(offer.address, key)
      held.add(offer.address)
    },
    drop: key => remove(keyOf(key)),
    of: (key, now) => current(keyOf(key), now),
    byAddress: (address, now) => current(keyByAddress.get(address), now),
    held(now) {
      removeEnded(now)
      return held
    },
  }
}

/** The keys of offers to clients that share a MAC, by that. */
function createApartKeys() {
  const byMac = new Map<Mac, Set<string>>()
  return {
    /** Tells those that are one too many. */
    add(mac: Mac, key: string): string[] {
      const keys = byMac.get(mac) ?? new Set()
      byMac.set(mac, keys.add(key))
      return [...keys].slice(0, -mostApart)
    },
    delete(mac: Mac, key: string): void {
      const keys = byMac.get(mac)
      keys?.delete(key)
      if (keys?.size === 0) byMac.delete(mac)
    },
  }
}

function keyOf({ network, mac, apart }: OfferKey): string {
  return apart === undefined ? `${mac} ${network}` : `${mac} ${network} ${apart}`
}
