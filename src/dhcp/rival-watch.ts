import type { NetworkWith4 } from '../boot/network-address.ts'
import type { Reason, ReasonOf } from '../boot/reason.ts'
import { type Ipv4, limitedBroadcast, type Mac } from '../wire/address.ts'
import { decodeDhcp, encodeDhcp } from '../wire/dhcp-packet.ts'
import { WireError } from '../wire/error.ts'
import { isLoopback, isOnOurLink } from './on-link.ts'
import {
  judge,
  type Rival,
  type RivalRule,
  type RivalVerdict,
  readRival,
  rivalProbe,
} from './rivals.ts'
import type { DhcpServer } from './server.ts'

export interface RivalWatchDeps {
  networks(): readonly NetworkWith4[]
  rule(network: NetworkWith4): RivalRule
  /** Whether addresses of this network were ever given. */
  gaveAddresses(network: NetworkWith4): boolean
  /** The MAC of our DISCOVER. */
  readonly mac: Mac
  readonly server: Pick<DhcpServer, 'send' | 'overhear'>
  /** The port that DHCP is served on. */
  readonly port: number
  /** A network's verdict has changed. */
  changed(network: NetworkWith4, verdict: RivalVerdict): void
  /** Port 68 cannot be had, so that no rivals are seen. Called once. */
  deaf(error: unknown): void
  random(): number
  now(): number
  wait?(ms: number): Promise<void>
}

export interface RivalWatch {
  /** Why the network gives no addresses for now, if so. */
  shut(network: NetworkWith4): Reason | undefined
  rivalsOf(network: NetworkWith4): readonly Rival[]
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
  network: NetworkWith4
  verdict: RivalVerdict
  rivals: readonly Rival[]
  established: boolean
  /** Until the first answers have been waited for. */
  starting: boolean
  askedAt: number | undefined
  next: number
  xid: number
}

interface Watch {
  readonly deps: RivalWatchDeps
  readonly wait: (ms: number) => Promise<void>
  readonly watched: Map<string, Watched>
  stopListening: (() => void) | undefined
  underWay: boolean
  deafSaid: boolean
  closed: boolean
}

/** Looks for other DHCP servers at start and from time to time, and knows what they mean for us. */
export function createRivalWatch(deps: RivalWatchDeps): RivalWatch {
  const watch: Watch = {
    deps,
    wait: deps.wait ?? (ms => new Promise<void>(resolve => setTimeout(resolve, ms).unref())),
    watched: new Map(),
    stopListening: undefined,
    underWay: false,
    deafSaid: false,
    closed: false,
  }
  return {
    shut: network => shut(watch, network),
    rivalsOf: ({ name }) => watch.watched.get(name)?.rivals ?? [],
    held: () =>
      [...watch.watched.values()].flatMap(({ verdict }) =>
        verdict.kind === 'held' ? verdict.why : [],
      ),
    tick: () => tick(watch),
    close() {
      watch.closed = true
      watch.stopListening?.()
    },
  }
}

function shut(watch: Watch, network: NetworkWith4): Reason | undefined {
  if (network.mode !== 'server' || !isWatched(network)) return undefined
  const { verdict, starting, established, askedAt } = watchedOf(watch, network)
  if (verdict.kind === 'held') return verdict.why
  if (!starting || established || watch.deps.rule(network) === 'warn') return undefined
  const listened = askedAt !== undefined && watch.deps.now() - askedAt >= holdMs
  return listened ? undefined : { code: 'still-listening' }
}

function watchedOf(watch: Watch, network: NetworkWith4): Watched {
  const known = watch.watched.get(network.name)
  if (known) return known
  const begun: Watched = {
    network,
    verdict: { kind: 'clear' },
    rivals: [],
    established: network.mode === 'server' && watch.deps.gaveAddresses(network),
    starting: true,
    askedAt: undefined,
    next: 0,
    xid: 0,
  }
  watch.watched.set(network.name, begun)
  return begun
}

/** Follows the config: networks come and go, rules change. */
function follow(watch: Watch): void {
  const current = watch.deps.networks().filter(isWatched)
  for (const name of watch.watched.keys()) {
    if (!current.some(network => network.name === name)) watch.watched.delete(name)
  }
  for (const network of current) {
    const state = watchedOf(watch, network)
    state.network = network
    assess(watch, state, state.rivals)
  }
}

function assess(watch: Watch, state: Watched, rivals: readonly Rival[]): void {
  const { network, verdict: before, starting } = state
  state.rivals = rivals
  // A rival that comes later finds a network that machines depend on by now.
  if (rivals.length > 0 && before.kind === 'clear' && !starting && network.mode === 'server') {
    state.established ||= watch.deps.gaveAddresses(network)
  }
  state.verdict = judge(network, watch.deps.rule(network), rivals, state.established)
  if (JSON.stringify(before) !== JSON.stringify(state.verdict))
    watch.deps.changed(network, state.verdict)
}

async function ask(watch: Watch, states: readonly Watched[]): Promise<void> {
  const heard = new Map(states.map(state => [state, new Map<Ipv4, Rival>()]))
  for (const state of states) {
    state.xid = watch.deps.random()
    state.askedAt = watch.deps.now()
  }
  const stop = await watch.deps.server.overhear((bytes, source) => {
    for (const [state, rivals] of heard) {
      const rival = rivalIn(watch, bytes, source.address, state)
      if (!rival) continue
      rivals.set(rival.server, rival)
      const known = state.rivals.filter(({ server }) => server !== rival.server)
      assess(watch, state, [...known, rival])
    }
  })
  watch.stopListening = stop
  try {
    for (const pause of [repeatMs, listenMs - repeatMs]) {
      for (const state of states) send(watch, state)
      await watch.wait(pause)
    }
  } finally {
    stop()
  }
  if (watch.closed) return
  for (const [state, rivals] of heard) {
    if (watch.watched.get(state.network.name) === state) assess(watch, state, [...rivals.values()])
  }
}

function send(watch: Watch, { network, xid }: Watched): void {
  if (watch.closed) return
  const bytes = encodeDhcp(rivalProbe(watch.deps.mac, xid))
  watch.deps.server.send(network, bytes, { address: limitedBroadcast, port: watch.deps.port })
}

function rivalIn(
  watch: Watch,
  bytes: Uint8Array,
  source: Ipv4,
  { xid }: Watched,
): Rival | undefined {
  // We hear all that we say to our clients too: most of it ends here.
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 8 || view.getUint32(4) !== xid) return undefined
  const own = watch.deps.networks().map(({ serverAddress }) => serverAddress)
  try {
    return readRival(decodeDhcp(bytes), source, { mac: watch.deps.mac, xid, own })
  } catch (error) {
    if (error instanceof WireError) return undefined
    throw error
  }
}

async function tick(watch: Watch): Promise<void> {
  follow(watch)
  const due = [...watch.watched.values()].filter(({ next }) => next <= watch.deps.now())
  if (watch.underWay || due.length === 0) return
  watch.underWay = true
  try {
    await ask(watch, due)
  } catch (error) {
    if (!watch.deafSaid) watch.deps.deaf(error)
    watch.deafSaid = true
  } finally {
    watch.underWay = false
    for (const state of due) {
      state.starting = false
      state.next = watch.deps.now() + (state.verdict.kind === 'held' ? heldEveryMs : everyMs)
    }
  }
}

function isWatched(network: NetworkWith4): boolean {
  return network.mode !== 'none' && isOnOurLink(network) && !isLoopback(network)
}
