import { remember } from '../base/bounded.ts'
import type { Claimant6, Lease6 } from '../boot/lease6.ts'
import type { Ipv6 } from '../wire/ipv6.ts'

/** The daemon's look-ups of IPv6 leases, ended ones included. */
export interface LeaseBook6 {
  /** The latest lease of a machine in this network. */
  byClient(network: string, who: Claimant6): Lease6 | undefined
  byAddress(address: Ipv6): Lease6 | undefined
}

/** The IPv6 addresses that are promised to machines which have not asked for them yet. */
export interface OfferBook6 {
  byClient(network: string, who: Claimant6, now: number): Lease6 | undefined
  byAddress(address: Ipv6, now: number): Lease6 | undefined
}

/** Offers in memory. Each is held 60 s. */
export interface Offers6 extends OfferBook6 {
  hold(lease: Lease6, now: number): void
  drop(network: string, who: Claimant6): void
}

const offerMilliseconds = 60_000

/** An empty table for at most `most` offers; when it is full the oldest gives way. Times are epoch ms. */
export function createOffers6(most = 65_536): Offers6 {
  const offers = new Map<string, { readonly lease: Lease6; readonly until: number }>()
  const keyByAddress = new Map<Ipv6, string>()

  function drop(key: string): void {
    const offer = offers.get(key)
    if (offer && offers.delete(key)) unlink(key, offer.lease)
  }

  function unlink(key: string, { address }: Lease6): void {
    if (keyByAddress.get(address) === key) keyByAddress.delete(address)
  }

  function current(key: string | undefined, now: number): Lease6 | undefined {
    const offer = key === undefined ? undefined : offers.get(key)
    return offer && offer.until > now ? offer.lease : undefined
  }

  return {
    hold(lease, now) {
      const key = keyOf(lease.network, lease)
      drop(key)
      const forgotten = remember(offers, key, { lease, until: now + offerMilliseconds }, most)
      if (forgotten) unlink(forgotten[0], forgotten[1].lease)
      keyByAddress.set(lease.address, key)
    },
    drop: (network, who) => drop(keyOf(network, who)),
    byClient: (network, who, now) => current(keyOf(network, who), now),
    byAddress: (address, now) => current(keyByAddress.get(address), now),
  }
}

function keyOf(network: string, { mac, duid }: Claimant6): string {
  return `${network} ${mac ?? duid}`
}
