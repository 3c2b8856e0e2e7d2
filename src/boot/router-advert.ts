import { block6Contains, formatSubnet6, type Ipv6, type Subnet6 } from '../wire/ipv6.ts'
import type { Reason } from './reason.ts'

/** What an IPv6 router says to a link, as far as it matters to who boots there (RFC 4861, section 4.2). */
export interface RouterAdvert {
  readonly router: Ipv6
  /** The M flag: addresses are to be had by DHCPv6. */
  readonly isManaged: boolean
  readonly prefixes: readonly { readonly subnet: Subnet6; readonly isOnLink: boolean }[]
}

/**
 * What keeps machines of a link from asking for an address by DHCPv6, or from reaching who has one there;
 * undefined where nothing does. UEFI asks whatever routers say, and then waits 10 s for a route; iPXE and
 * systems ask nobody unless one says M. Without a subnet only that is looked at.
 */
export function whyNotSentHere(
  network: string,
  device: string,
  subnet: Subnet6 | undefined,
  adverts: readonly RouterAdvert[],
): Reason | undefined {
  if (adverts.length === 0) return { code: 'no-router6', network, interface: device }
  if (!adverts.some(({ isManaged }) => isManaged)) {
    return { code: 'router6-unmanaged', network, routers: adverts.map(({ router }) => router) }
  }
  const isSaid = adverts.some(({ prefixes }) =>
    prefixes.some(
      prefix =>
        prefix.isOnLink && subnet !== undefined && block6Contains(prefix.subnet, subnet.base),
    ),
  )
  if (subnet === undefined || isSaid) return undefined
  return { code: 'router6-prefix', network, subnet: formatSubnet6(subnet) }
}
