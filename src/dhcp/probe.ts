import { remember } from '../base/bounded.ts'
import type { NetworkWith4 } from '../boot/network-address.ts'
import type { Ipv4, Mac } from '../wire/address.ts'

export interface ProberDeps {
  /** Sends something to an address, so that the kernel asks by ARP who has it. */
  poke(network: NetworkWith4, address: Ipv4): void
  /** The MACs that answered for an address, as far as the kernel remembers. */
  neighbours(address: Ipv4): readonly Mac[]
  /** Whether who is remembered is known to be there now, or may have left long ago. */
  isSure(address: Ipv4): Promise<boolean>
  /** Whether somebody gave the address back: then it is asked about even in a storm. */
  wasGivenBack(address: Ipv4): boolean
  /** A machine answers for more and more addresses: a router with proxy ARP, or somebody who means harm. */
  answersForMany?(network: NetworkWith4, mac: Mac, addresses: readonly Ipv4[]): void
  now(): number
  wait?(ms: number): Promise<void>
}

/** How long somebody who has the address may take to answer ARP. */
const patienceMs = 400
/** Between two looks at who has answered. */
export const lookMs = 50
const cacheMs = 30_000
/** More new addresses in a second than this are a storm, in which nobody is kept waiting. */
const stormAt = 16
const mostCached = 4096
/** Of the addresses of a range that were free by our book, a machine may have so many by mistake. */
const mostAddresses = 2
const rememberedMs = 600_000

/** Who uses an address. Not `sure`: he did once, and the kernel is finding out whether he still does. */
export interface Holder {
  readonly mac: Mac
  readonly sure: boolean
}

interface AddressUser {
  readonly macs: readonly Mac[]
  readonly sure: boolean
  readonly at: number
}

/** Since when somebody answers for addresses that were free by our book, and for which. */
interface Believed {
  readonly since: number
  readonly addresses: Set<Ipv4>
}

interface Prober {
  readonly deps: ProberDeps
  readonly wait: (ms: number) => Promise<void>
  readonly isStorm: () => boolean
  readonly found: Map<Ipv4, AddressUser>
  readonly underWay: Map<Ipv4, Promise<AddressUser>>
  /** The addresses that were found in use, by who answered; the oldest are forgotten. */
  readonly answered: Map<Mac, Believed>
}

/**
 * Finds out who uses an address, without raw sockets: a datagram to it makes the kernel ask by ARP.
 * Each look-up leaves an entry in the neighbour table, which holds about a thousand, so that with many
 * new machines at once only the first are looked up.
 */
export function createProber(deps: ProberDeps) {
  const prober: Prober = {
    deps,
    wait: deps.wait ?? (ms => new Promise<void>(resolve => setTimeout(resolve, ms))),
    isStorm: createStormGauge(deps.now),
    found: new Map(),
    underWay: new Map(),
    answered: new Map(),
  }
  return {
    /**
     * Who but `mac` answers at the address; `undefined` when nobody does, or nobody was asked. Who answers
     * for many is not believed: else proxy ARP would take the whole range.
     */
    async holderOf(network: NetworkWith4, address: Ipv4, mac: Mac): Promise<Holder | undefined> {
      const user = await macsAt(prober, network, address)
      const others = user.macs.filter(other => other !== mac)
      const holder = others.find(other => counts(prober, network, address, other, user))
      return holder === undefined ? undefined : { mac: holder, sure: user.sure }
    },

    /** All that answer at the address now, or may, but for those that answer for many. */
    async answersAt(network: NetworkWith4, address: Ipv4): Promise<readonly Mac[]> {
      const user = await askAnew(prober, network, address)
      return user.macs.filter(mac => counts(prober, network, address, mac, user))
    },
  }
}

/** Whether what answers is somebody who has the address, and not one who answers for many. */
function counts(
  prober: Prober,
  network: NetworkWith4,
  address: Ipv4,
  mac: Mac,
  { sure }: AddressUser,
): boolean {
  return sure ? isBelieved(prober, network, address, mac) : !answersForMany(prober, mac)
}

function isBelieved(prober: Prober, network: NetworkWith4, address: Ipv4, mac: Mac): boolean {
  const { addresses } = remembered(prober, mac) ?? believe(prober, mac)
  if (!addresses.has(address) && addresses.size <= mostAddresses) {
    addresses.add(address)
    if (addresses.size > mostAddresses) prober.deps.answersForMany?.(network, mac, [...addresses])
  }
  return addresses.size <= mostAddresses
}

function remembered({ answered, deps }: Prober, mac: Mac): Believed | undefined {
  const known = answered.get(mac)
  return known && deps.now() - known.since <= rememberedMs ? known : undefined
}

/** What may be left of leases that ended is not counted: a machine may have had many by and by. */
function answersForMany(prober: Prober, mac: Mac): boolean {
  return (remembered(prober, mac)?.addresses.size ?? 0) > mostAddresses
}

function believe({ answered, deps }: Prober, mac: Mac): Believed {
  const begun = { since: deps.now(), addresses: new Set<Ipv4>() }
  remember(answered, mac, begun, mostCached)
  return begun
}

async function ask(prober: Prober, network: NetworkWith4, address: Ipv4): Promise<AddressUser> {
  const { deps, wait } = prober
  const wasKnown = deps.neighbours(address).length > 0
  deps.poke(network, address)
  let macs: readonly Mac[] = []
  for (let ms = 0; ms < patienceMs && macs.length === 0; ms += lookMs) {
    await wait(lookMs)
    macs = deps.neighbours(address)
  }
  const sure = !wasKnown || macs.length === 0 || (await deps.isSure(address))
  const found = { macs, sure, at: deps.now() }
  if (sure) remember(prober.found, address, found, mostCached)
  return found
}

function macsAt(prober: Prober, network: NetworkWith4, address: Ipv4): Promise<AddressUser> {
  const known = prober.found.get(address)
  if (known && prober.deps.now() - known.at < cacheMs) return Promise.resolve(known)
  const running = prober.underWay.get(address)
  if (running) return running
  if (prober.isStorm() && !prober.deps.wasGivenBack(address)) {
    return Promise.resolve({ macs: [], sure: true, at: 0 })
  }
  return askAnew(prober, network, address)
}

function askAnew(prober: Prober, network: NetworkWith4, address: Ipv4): Promise<AddressUser> {
  const running = prober.underWay.get(address)
  if (running) return running
  const asking = ask(prober, network, address).finally(() => prober.underWay.delete(address))
  prober.underWay.set(address, asking)
  return asking
}

/** Counts by the second: a storm lasts until a second with few. */
function createStormGauge(now: () => number): () => boolean {
  let second = 0
  let count = 0
  let before = 0
  return () => {
    const current = Math.floor(now() / 1000)
    if (current !== second) before = current === second + 1 ? count : 0
    if (current !== second) count = 0
    second = current
    count += 1
    return before > stormAt || count > stormAt
  }
}
