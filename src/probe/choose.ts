import type { Ipv4 } from '../wire/address.ts'
import type { ClientKind } from './client-kind.ts'
import type { ServerOffer } from './offers.ts'

/** What a client makes of the offers that it got. */
export type Plan =
  /** It fetches `file`: from `from` over TFTP, or the URL that it is. */
  | {
      readonly kind: 'fetch'
      readonly boot: ServerOffer
      readonly file: string
      readonly from: Ipv4
    }
  /** It asks the boot server on port 4011 first. */
  | { readonly kind: 'ask'; readonly boot: ServerOffer; readonly at: Ipv4 }
  /** It is told to boot its disk. */
  | { readonly kind: 'disk'; readonly boot: ServerOffer }
  | { readonly kind: 'nothing'; readonly code: 'silence' | 'no-address' | 'no-boot' }

/**
 * What a client of this kind does with these offers: the order of EDK2's UefiPxeBcDxe and HttpBootDxe, which BIOS
 * ROMs share as far as they are known. Pure.
 */
export function chooseOffer(kind: ClientKind, offers: readonly ServerOffer[]): Plan {
  if (offers.length === 0) return { kind: 'nothing', code: 'silence' }
  const givers = offers.filter(({ address }) => address !== undefined)
  if (givers.length === 0) return { kind: 'nothing', code: 'no-address' }
  const boot = candidates(kind, offers, givers)[0]
  if (!boot) return { kind: 'nothing', code: 'no-boot' }
  const at = boot.nextServer ?? boot.server
  const asksFirst = boot.answers === 'pxe' && !boot.complete && kind !== 'ipxe'
  if (asksFirst) return { kind: 'ask', boot, at }
  return boot.bootFile === undefined
    ? { kind: 'disk', boot }
    : { kind: 'fetch', boot, file: boot.bootFile, from: at }
}

/** Further servers that this client could have taken its boot file from: which one wins is chance. */
export function rivalsOf(
  kind: ClientKind,
  offers: readonly ServerOffer[],
  chosen: ServerOffer,
): ServerOffer[] {
  const boots = candidates(kind, offers, offers)
  return boots.filter(({ server, bootFile }) => server !== chosen.server && bootFile !== undefined)
}

function candidates(
  kind: ClientKind,
  offers: readonly ServerOffer[],
  givers: readonly ServerOffer[],
): readonly ServerOffer[] {
  const proxies = offers.filter(({ address }) => address === undefined)
  const named = (offer: ServerOffer) => offer.bootFile !== undefined
  switch (kind) {
    case 'uefi-http':
      return [...givers, ...proxies].filter(offer => offer.answers === 'http' && named(offer))
    case 'ipxe':
      return [...givers, ...proxies].filter(named)
    case 'bios':
    case 'uefi': {
      const pxe = (offer: ServerOffer) => offer.answers === 'pxe'
      const complete = (offer: ServerOffer) => pxe(offer) && offer.complete
      return [
        ...givers.filter(complete),
        ...proxies.filter(complete),
        ...givers.filter(offer => pxe(offer) && !offer.complete),
        ...proxies.filter(offer => pxe(offer) && !offer.complete),
        ...givers.filter(offer => offer.answers === 'plain' && named(offer)),
      ]
    }
  }
}
