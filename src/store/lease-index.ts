import type { Ipv4 } from '../wire/address.ts'
import { type AddressSet, createAddressSet } from '../wire/address-set.ts'

/** What the index needs to know of a lease. */
interface IndexedLease {
  readonly address: Ipv4
  readonly network: string
  /** Epoch milliseconds. */
  readonly end: number
  readonly state: 'active' | 'released' | 'declined'
}

/** For what ended before the second that was last looked at, or seems so because the clock was set back. */
const late = -1

interface Index {
  /** The newest lease of an address. */
  readonly latest: (address: Ipv4) => IndexedLease | undefined
  readonly known: AddressSet
  readonly held: AddressSet
  /** By the second in which they end. A lease that was renewed stands there twice. */
  readonly ending: Map<number, Ipv4[]>
  /** By network, in the order of their ends. */
  readonly ended: Map<string, Set<Ipv4>>
  /** By network, the oldest first. */
  readonly declined: Map<string, Set<Ipv4>>
  /** The second that was last looked at. */
  past: number
}

/**
 * Which addresses are taken and which are free again, kept in memory so that a search for a free one
 * costs the same however many leases there are. Leases end by the second; nothing is ever deleted.
 * `latest` is the book of the leases themselves.
 */
export function createLeaseIndex(latest: (address: Ipv4) => IndexedLease | undefined) {
  const index: Index = {
    latest,
    known: createAddressSet(),
    held: createAddressSet(),
    ending: new Map(),
    ended: new Map(),
    declined: new Map(),
    past: 0,
  }
  return {
    put: (entry: IndexedLease): void => put(index, entry),
    known: () => index.known,
    held(now: number) {
      passTo(index, now)
      return index.held
    },
    ended(network: string, now: number): Iterable<Ipv4> {
      passTo(index, now)
      return index.ended.get(network) ?? []
    },
    declined: (network: string): Iterable<Ipv4> => index.declined.get(network) ?? [],
  }
}

function put(index: Index, entry: IndexedLease): void {
  const { address, state } = entry
  index.known.add(address)
  for (const free of index.ended.values()) free.delete(address)
  for (const left of index.declined.values()) left.delete(address)
  if (state === 'declined') into(index.declined, entry)
  if (state === 'released') release(index, entry)
  else hold(index, entry)
}

function hold({ held, ending, past }: Index, { address, end }: IndexedLease): void {
  held.add(address)
  const second = Math.ceil(end / 1000)
  const due = second > past ? second : late
  const others = ending.get(due)
  if (others) others.push(address)
  else ending.set(due, [address])
}

function release({ held, ended }: Index, entry: IndexedLease): void {
  held.delete(entry.address)
  into(ended, entry)
}

function passTo(index: Index, now: number): void {
  const second = Math.floor(now / 1000)
  const seconds = [late, ...secondsTo(index, second)]
  index.past = second
  for (const due of seconds) {
    const addresses = index.ending.get(due) ?? []
    index.ending.delete(due)
    for (const address of addresses) {
      const entry = index.held.has(address) ? index.latest(address) : undefined
      if (entry && entry.end <= now) release(index, entry)
      else if (entry && due === late) put(index, entry)
    }
  }
}

/** After a long time, or a jump of the clock, it is cheaper to look at the seconds there are. */
function secondsTo({ ending, past }: Index, second: number): number[] {
  if (second - past > 60) return [...ending.keys()].filter(s => s <= second).sort((a, b) => a - b)
  return Array.from({ length: Math.max(0, second - past) }, (_, n) => past + 1 + n)
}

function into(
  sets: Map<string, Set<Ipv4>>,
  { address, network }: Pick<IndexedLease, 'address' | 'network'>,
): void {
  const set = sets.get(network)
  if (set) set.add(address)
  else sets.set(network, new Set([address]))
}
