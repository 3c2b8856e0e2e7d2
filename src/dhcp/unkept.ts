import { isInForce, isLeasedTo } from '../boot/lease.ts'
import { type Case, type DhcpAnswer, silence } from './outcome.ts'
import { reservationOf } from './select-address.ts'

/**
 * What is left of an answer while no lease can be kept: who has an address goes on with it to the end
 * that is kept, who has a reservation gets it, since nobody else can, and nobody gets a new one.
 */
export function unkept(from: Case, answer: DhcpAnswer): DhcpAnswer {
  const { lease: _, hold: _hold, doubt: _doubt, ...rest } = answer
  if ((rest.kind !== 'ack' && rest.kind !== 'offer') || rest.gift.kind !== 'lease') return rest
  const { gift } = rest
  const { network, deps, now } = from
  const { leases } = deps
  const kept = (leases.kept ?? leases.byAddress)(gift.address)
  if (kept && isLeasedTo(kept, from) && isInForce(kept, now)) {
    const left = Math.floor((kept.end - now) / 1000)
    return { ...rest, gift: { ...gift, seconds: Math.min(left, network.leaseSeconds) } }
  }
  if (reservationOf(from, network) === gift.address) return rest
  return silence({ code: 'database-away' })
}
