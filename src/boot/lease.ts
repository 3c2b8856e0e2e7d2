import type { Ipv4, Mac } from '../wire/address.ts'

/** An address given to a machine for a time. Times are epoch milliseconds. */
export interface Lease {
  readonly address: Ipv4
  readonly mac: Mac
  /** Option 61 in hex. It tells programs of one machine apart, never machines. */
  readonly clientId?: string
  readonly hostname?: string
  /** Name of the network. */
  readonly network: string
  readonly start: number
  /** The lease holds until then; a declined address is not used until then. */
  readonly end: number
  readonly state: 'active' | 'released' | 'declined'
}

/** What the API says of a lease; expired is one that nobody renewed. */
export const leaseStates = ['active', 'expired', 'released', 'declined'] as const
