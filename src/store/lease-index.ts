import type { Ipv4 } from '../wire/address.ts'
import { createAddressSet } from '../wire/address-set.ts'

/** What the index needs to know of a lease. */
interface Entry {
  readonly address: Ipv4
  readonly network: string
  /** Epoch milliseconds. */
  readonly end: number
  readonly state: 'active' | 'released' | 'declined'
}

/** For what ended before the second that was last looked at, or seems so because the clock was set back. */
const late = -1

/**
 * Which addresses are taken and which are free again, kept in memory so that a search for a free one
 * costs the same however many leases there are. Leases end by the second; nothing is ever deleted.
 * `latest` is the book of the leases themselves.
 */
export function createLeaseIndex(latest: (address: Ipv4) => Entry | undefined) {
  const known = createAddressSet()
  const held = createAddressSet()
  /** By the second in which they end. A lease that was renewed stands there twice. */
  const ending = new Map<number, Ipv4[]>()
  /** By network, in the order of their ends. */
  const ended = new Map<string, Set<Ipv4>>()
  /** By network, the oldest first. */
  const declined = new Map<string, Set<Ipv4>>()
  let past = 0

  function put(entry: Entry): void {
    const { address, end, state } = entry
    known.add(address)
    for (const free of ended.values()) free.delete(address)
    for (const left of declined.values()) left.delete(address)
    if (state === 'declined') into(declined, entry)
    if (state === 'released') {
      release(entry)
      return
    }
    held.add(address)
    const second = Math.ceil(end / 1000)
    const due = second > past ? second : late
    const others = ending.get(due)
    if (others) others.push(address)
    else ending.set(due, [address])
  }

  function release({ address, network }: Entry): void {
    held.delete(address)
    into(ended, { address, network })
  }

  function passTo(now: number): void {
    const second = Math.floor(now / 1000)
    const seconds = [late, ...secondsTo(second)]
    past = second
    for (const due of seconds) {
      const addresses = ending.get(due) ?? []
      ending.delete(due)
      for (const address of addresses) {
        const entry = held.has(address) ? latest(address) : undefined
        if (entry && entry.end <= now) release(entry)
        else if (entry && due === late) put(entry)
      }
    }
  }

  /** After a long time, or a jump of the clock, it is cheaper to look at the seconds there are. */
  function secondsTo(second: number): number[] {
    if (second - past > 60) return [...ending.keys()].filter(s => s <= second).sort((a, b) => a - b)
    return Array.from({ length: Math.max(0, second - past) }, (_, n) => past + 1 + n)
  }

  return {
    put,
    known: () => known,
    held(now: number) {
      passTo(now)
      return held
    },
    ended(network: string, now: number): Iterable<Ipv4> {
      passTo(now)
      return ended.get(network) ?? []
    },
    declined: (network: string): Iterable<Ipv4> => declined.get(network) ?? [],
  }
}

function into(
  sets: Map<string, Set<Ipv4>>,
  { address, network }: Pick<Entry, 'address' | 'network'>,
): void {
  const set = sets.get(network)
  if (set) set.add(address)
  else sets.set(network, new Set([address]))
}
