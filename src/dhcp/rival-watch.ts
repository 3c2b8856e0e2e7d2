import type { Network } from '../boot/host.ts'
import type { Reason, ReasonOf } from '../boot/reason.ts'
import { type Ipv4, limitedBroadcast, type Mac } from '../wire/address.ts'
import { decodeDhcp, encodeDhcp } from '../wire/dhcp-packet.ts'
import { WireError } from '../wire/error.ts'
import { isLoopback, isOnOurLink } from './on-link.ts'
import { judge, type Rival, type RivalRule, readRival, rivalProbe, type Verdict } from './rivals.ts'
import type { DhcpServer } from './server.ts'

export interface RivalWatchDeps {
  networks(): readonly Network[]
  rule(network: Network): RivalRule
  /** Whether addresses of this network were ever given. */
  gaveAddresses(network: Network): boolean
  /** The MAC of our DISCOVER. */
  readonly mac: Mac
  readonly server: Pick<DhcpServer, 'send' | 'overhear'>
  /** The port that DHCP is served on. */
  readonly port: number
  /** A network's verdict has changed. */
  changed(network: Network, verdict: Verdict): void
  /** Port 68 cannot be had, so that no rivals are seen. Called once. */
  deaf(error: unknown): void
  random(): number
  now(): number
  wait?(ms: number): Promise<void>
}

export interface RivalWatch {
  /** Why the network gives no addresses for now, if so. */
  shut(network: Network): Reason | undefined
  rivalsOf(network: Network): readonly Rival[]
  /** Networks that give no addresses because of rivals, and why. */
  held(): readonly ReasonOf<'other-servers'>[]
  /** Asks where it is time to; for every second. */
  tick(): Promise<void>
  close(): void
}

/** dnsmasq pings an address for 3 s before it offers it to somebody new. */
const holdMs = 3500
const listenMs = 5000
const repeatMs = 1200
const everyMs = 300_000
const heldEveryMs = 30_000

interface Watched {
  network: Network
  verdict: Verdict
  rivals: readonly Rival[]
  established: boolean
  /** Until the first answers have been waited for. */
  starting: boolean
  askedAt: number | undefined
  next: number
  xid: number
}

/** Looks for other DHCP servers at start and from time to time, and knows what they mean for us. */
export function createRivalWatch(deps: RivalWatchDeps): RivalWatch {
  const wait = deps.wait ?? (ms => new Promise<void>(resolve => setTimeout(resolve, ms).unref()))
  const watched = new Map<string, Watched>()
  let stopListening: (() => void) | undefined
  let underWay = false
  let deafSaid = false
  let closed = false

  const own = () => deps.networks().map(({ serverAddress }) => serverAddress)

  function watchedOf(network: Network): Watched {
    const known = watched.get(network.name)
    if (known) return known
    const begun: Watched = {
      network,
      verdict: { kind: 'clear' },
      rivals: [],
      established: network.mode === 'server' && deps.gaveAddresses(network),
      starting: true,
      askedAt: undefined,
      next: 0,
      xid: 0,
    }
    watched.set(network.name, begun)
    return begun
  }

  /** Follows the config: networks come and go, rules change. */
  function follow(): void {
    const current = deps.networks().filter(isWatched)
    for (const name of watched.keys()) {
      if (!current.some(network => network.name === name)) watched.delete(name)
    }
    for (const network of current) {
      const state = watchedOf(network)
      state.network = network
      assess(state, state.rivals)
    }
  }

  function assess(state: Watched, rivals: readonly Rival[]): void {
    const { network, verdict: before, starting } = state
    state.rivals = rivals
    // A rival that comes later finds a network that machines depend on by now.
    if (rivals.length > 0 && before.kind === 'clear' && !starting && network.mode === 'server') {
      state.established ||= deps.gaveAddresses(network)
    }
    state.verdict = judge(network, deps.rule(network), rivals, state.established)
    if (JSON.stringify(before) !== JSON.stringify(state.verdict))
      deps.changed(network, state.verdict)
  }

  async function ask(states: readonly Watched[]): Promise<void> {
    const heard = new Map(states.map(state => [state, new Map<Ipv4, Rival>()]))
    for (const state of states) {
      state.xid = deps.random()
      state.askedAt = deps.now()
    }
    const stop = await deps.server.overhear((bytes, source) => {
      for (const [state, rivals] of heard) {
        const rival = rivalIn(bytes, source.address, state)
        if (!rival) continue
        rivals.set(rival.server, rival)
        const known = state.rivals.filter(({ server }) => server !== rival.server)
        assess(state, [...known, rival])
      }
    })
    stopListening = stop
    try {
      for (const pause of [repeatMs, listenMs - repeatMs]) {
        for (const state of states) send(state)
        await wait(pause)
      }
    } finally {
      stop()
    }
    if (closed) return
    for (const [state, rivals] of heard) {
      if (watched.get(state.network.name) === state) assess(state, [...rivals.values()])
    }
  }

  function send({ network, xid }: Watched): void {
    if (closed) return
    const bytes = encodeDhcp(rivalProbe(deps.mac, xid))
    deps.server.send(network, bytes, { address: limitedBroadcast, port: deps.port })
  }

  function rivalIn(bytes: Uint8Array, source: Ipv4, { xid }: Watched): Rival | undefined {
    // We hear all that we say to our clients too: most of it ends here.
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (bytes.length < 8 || view.getUint32(4) !== xid) return undefined
    try {
      return readRival(decodeDhcp(bytes), source, { mac: deps.mac, xid, own: own() })
    } catch (error) {
      if (error instanceof WireError) return undefined
      throw error
    }
  }

  async function tick(): Promise<void> {
    follow()
    const due = [...watched.values()].filter(({ next }) => next <= deps.now())
    if (underWay || due.length === 0) return
    underWay = true
    try {
      await ask(due)
    } catch (error) {
      if (!deafSaid) deps.deaf(error)
      deafSaid = true
    } finally {
      underWay = false
      for (const state of due) {
        state.starting = false
        state.next = deps.now() + (state.verdict.kind === 'held' ? heldEveryMs : everyMs)
      }
    }
  }

  return {
    shut(network) {
      if (network.mode !== 'server' || !isWatched(network)) return undefined
      const { verdict, starting, established, askedAt } = watchedOf(network)
      if (verdict.kind === 'held') return verdict.why
      if (!starting || established || deps.rule(network) === 'warn') return undefined
      const listened = askedAt !== undefined && deps.now() - askedAt >= holdMs
      return listened ? undefined : { code: 'still-listening' }
    },
    rivalsOf: ({ name }) => watched.get(name)?.rivals ?? [],
    held: () =>
      [...watched.values()].flatMap(({ verdict }) => (verdict.kind === 'held' ? verdict.why : [])),
    tick,
    close() {
      closed = true
      stopListening?.()
    },
  }
}

function isWatched(network: Network): boolean {
  return network.mode !== 'none' && isOnOurLink(network) && !isLoopback(network)
}
