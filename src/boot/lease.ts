import type { Ipv4, Mac } from '../wire/address.ts'

/** An address given to a machine for a time. Times are epoch milliseconds. */
export interface Lease {
  readonly address: Ipv4
  readonly mac: Mac
  /** Option 61 in hex. It tells programs of one machine apart, and machines only by `holder`. */
  readonly clientId?: string
  readonly hostname?: string
  /** Name of the network. */
  readonly network: string
  readonly start: number
  /** The lease holds until then; a declined address is not used until then. */
  readonly end: number
  readonly state: 'active' | 'released' | 'declined'
  /**
   * Who has it, where that is more than the machine. `renewing`: the client of this client id, which
   * renews it and so is alive. `apart`: a client that shares the card's MAC with others, and has this
   * address to itself by its client id.
   */
  readonly holder?: 'renewing' | 'apart'
}

/** Who an address is for: a machine by its MAC, or one of several clients that share it. */
export interface Claimant {
  readonly mac: Mac
  /** The client id, in hex, of one that has an address of its own. */
  readonly apart?: string | undefined
}

export function isLeasedTo({ mac, clientId, holder }: Lease, claimant: Claimant): boolean {
  return mac === claimant.mac && (holder === 'apart' ? clientId : undefined) === claimant.apart
}

/** Whether somebody has it at `now`, epoch milliseconds. */
export function isInForce({ state, end }: Pick<Lease, 'state' | 'end'>, now: number): boolean {
  return state === 'active' && end > now
}

/** What the API says of a lease; expired is one that nobody renewed. */
export const leaseStates = ['active', 'expired', 'released', 'declined'] as const
