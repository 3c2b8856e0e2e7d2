import type { Network } from '../boot/host.ts'
import type { Ipv4, Mac } from '../wire/address.ts'

export interface ProberDeps {
  /** Sends something to an address, so that the kernel asks by ARP who has it. */
  poke(network: Network, address: Ipv4): void
  /** The MACs that answered for an address, as far as the kernel remembers. */
  neighbours(address: Ipv4): readonly Mac[]
  /** Whether somebody gave the address back: then it is asked about even in a storm. */
  wasGivenBack(address: Ipv4): boolean
  /** A machine answers for more and more addresses: a router with proxy ARP, or somebody who means harm. */
  answersForMany?(network: Network, mac: Mac, addresses: readonly Ipv4[]): void
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

interface Found {
  readonly macs: readonly Mac[]
  readonly at: number
}

/**
 * Finds out who uses an address, without raw sockets: a datagram to it makes the kernel ask by ARP.
 * Each look-up leaves an entry in the neighbour table, which holds about a thousand, so that with many
 * new machines at once only the first are looked up.
 */
export function createProber(deps: ProberDeps) {
  const wait = deps.wait ?? (ms => new Promise<void>(resolve => setTimeout(resolve, ms)))
  const found = new Map<Ipv4, Found>()
  const underWay = new Map<Ipv4, Promise<readonly Mac[]>>()
  const isStorm = createStormGauge(deps.now)
  /** The addresses that were found in use, by who answered; the oldest are forgotten. */
  const answered = new Map<Mac, { readonly since: number; readonly addresses: Set<Ipv4> }>()

  function isBelieved(network: Network, address: Ipv4, mac: Mac): boolean {
    const known = answered.get(mac)
    const isOld = known === undefined || deps.now() - known.since > rememberedMs
    const { addresses } = isOld ? remember(mac) : known
    if (!addresses.has(address) && addresses.size <= mostAddresses) {
      addresses.add(address)
      if (addresses.size > mostAddresses) deps.answersForMany?.(network, mac, [...addresses])
    }
    return addresses.size <= mostAddresses
  }

  function remember(mac: Mac) {
    const [oldest] = answered.keys()
    if (answered.size >= mostCached && oldest !== undefined) answered.delete(oldest)
    const begun = { since: deps.now(), addresses: new Set<Ipv4>() }
    answered.delete(mac)
    answered.set(mac, begun)
    return begun
  }

  async function ask(network: Network, address: Ipv4): Promise<readonly Mac[]> {
    deps.poke(network, address)
    let macs: readonly Mac[] = []
    for (let ms = 0; ms < patienceMs && macs.length === 0; ms += lookMs) {
      await wait(lookMs)
      macs = deps.neighbours(address)
    }
    if (found.size >= mostCached) found.clear()
    found.set(address, { macs, at: deps.now() })
    return macs
  }

  function macsAt(network: Network, address: Ipv4): Promise<readonly Mac[]> {
    const known = found.get(address)
    if (known && deps.now() - known.at < cacheMs) return Promise.resolve(known.macs)
    const running = underWay.get(address)
    if (running) return running
    if (isStorm() && !deps.wasGivenBack(address)) return Promise.resolve([])
    return askAnew(network, address)
  }

  function askAnew(network: Network, address: Ipv4): Promise<readonly Mac[]> {
    const running = underWay.get(address)
    if (running) return running
    const asking = ask(network, address).finally(() => underWay.delete(address))
    underWay.set(address, asking)
    return asking
  }

  return {
    /**
     * Who but `mac` answers at the address; `undefined` when nobody does, or nobody was asked. Who answers
     * for many is not believed: else proxy ARP would take the whole range.
     */
    async holderOf(network: Network, address: Ipv4, mac: Mac): Promise<Mac | undefined> {
      const macs = await macsAt(network, address)
      return macs.find(other => other !== mac && isBelieved(network, address, other))
    },

    /** All that answer at the address now, but for those that answer for many. */
    async answersAt(network: Network, address: Ipv4): Promise<readonly Mac[]> {
      const macs = await askAnew(network, address)
      return macs.filter(mac => isBelieved(network, address, mac))
    },
  }
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
