import type { Mac } from '../wire/address.ts'
import type { Ipv6 } from '../wire/ipv6.ts'

/** Who an IPv6 address is for: a machine by its MAC, or by its DUID where nothing tells its MAC. */
export interface Claimant6 {
  readonly mac?: Mac
  /** In hex. Firmware, iPXE and system of one machine have one each. */
  readonly duid: string
}

/** An IPv6 address given to a machine for a time. Times are epoch milliseconds. */
export interface Lease6 extends Claimant6 {
  readonly address: Ipv6
  /** The identity association that has it: EDK2 makes a new one in each of its drivers. */
  readonly iaid: number
  /** Name of the network. */
  readonly network: string
  readonly start: number
  /** The lease holds until then; a declined address is not used until then. */
  readonly end: number
  readonly state: 'active' | 'released' | 'declined'
}

/** A machine has one address, whatever its programs call themselves. */
export function isLeased6To(lease: Claimant6, { mac, duid }: Claimant6): boolean {
  return lease.mac !== undefined && mac !== undefined ? lease.mac === mac : lease.duid === duid
}

/** The lease of a machine in a network that lasts longest, among all that may be its own. */
export function latestOf6(
  leases: Iterable<Lease6>,
  network: string,
  who: Claimant6,
): Lease6 | undefined {
  let latest: Lease6 | undefined
  for (const lease of leases) {
    if (lease.network !== network || !isLeased6To(lease, who)) continue
    if (!latest || lease.end > latest.end) latest = lease
  }
  return latest
}
