import { type Claimant, isLeasedTo, type Lease } from '../boot/lease.ts'
import type { NetworkWith4 } from '../boot/network-address.ts'
import type { Mac } from '../wire/address.ts'
import { offerOf } from './lease.ts'
import { isOnOurLink } from './on-link.ts'
import type { DhcpDeps, Outcome, Reply } from './outcome.ts'

/**
 * Whether an answer offers an address that is to be looked at before (RFC 2131 section 3.1): neither a
 * reservation nor the client's own by the book, and on a link where we can look. `now`: epoch milliseconds.
 */
export function isNewAddress(
  outcome: Outcome,
  { leases, reservedFor }: DhcpDeps,
  now: number,
): outcome is Reply & { readonly mac: Mac } {
  if (outcome.kind !== 'reply' || outcome.asked !== 'discover') return false
  const { network, reply, mac } = outcome
  const { yiaddr, giaddr } = reply
  if (!mac || yiaddr === 0 || giaddr !== 0 || !isOnOurLink(network)) return false
  if (reservedFor(yiaddr)?.includes(mac)) return false
  const lease = leases.byAddress(yiaddr)
  const promised = outcome.hold ?? outcome.lease
  return !(lease && promised && isItsOwn(lease, offerOf(promised), network, now))
}

/**
 * Whether nobody but the client can have the address by our book: its lease goes on, or ended less than one
 * lease ago. A RELEASE says nothing: anybody can write one, and it would make each boot wait for the look.
 */
function isItsOwn(
  lease: Lease,
  client: Claimant,
  { leaseSeconds }: NetworkWith4,
  now: number,
): boolean {
  if (lease.state === 'declined' || !isLeasedTo(lease, client)) return false
  return lease.end + leaseSeconds * 1000 > now
}
