import type { FastifyBaseLogger } from 'fastify'
import type { Host } from '../boot/host.ts'
import { hostStates, isDue } from '../boot/life.ts'
import type { HttpDeps } from '../http/app.ts'
import type { Booted, Caller } from '../http/boot-routes.ts'
import type { Token } from '../http/tokens.ts'
import type { Lives } from '../install/life.ts'
import type { PhoneHome } from '../install/phone-home.ts'
import type { Previews } from '../install/preview.ts'
import type { Progress } from '../install/progress.ts'
import type { Scripts } from '../install/scripts.ts'
import type { Strangers } from '../install/strangers.ts'
import { createMetrics } from '../metrics/daemon-metrics.ts'
import type { Published } from '../system/published.ts'
import type { Mac } from '../wire/address.ts'
import { apiDeps } from './api-deps.ts'
import { appear } from './appear.ts'
import type { Changes } from './changes.ts'
import type { Measure } from './measure.ts'
import type { DaemonMemory } from './memory.ts'
import { showNetworks } from './show-network.ts'
import type { StrangerRing } from './stranger-ring.ts'
import type { createTimeline } from './timeline.ts'
import { type World, withUuid } from './world.ts'

export interface Parts {
  readonly world: World
  readonly memory: DaemonMemory
  readonly lives: Lives
  readonly scripts: Scripts
  readonly strangers: Strangers
  readonly phoneHome: PhoneHome
  readonly published: Published
  readonly timeline: ReturnType<typeof createTimeline>
  readonly measure: Measure
}

export interface HttpParts extends Parts {
  readonly strangerRing: StrangerRing
  readonly previews: Previews
  readonly progress: Progress
  readonly changes: Changes
  readonly log: FastifyBaseLogger
  readonly version: string
  /** Epoch milliseconds. */
  readonly startedAt: number
  tokens(): readonly Token[]
  now(): number
  /** Callbacks are looked at now. */
  wakeOutbox(): void
  /** A sentence for each other DHCP server that answers in a network. */
  rivals(network: string): readonly string[]
  unready(): readonly string[]
  held(): readonly string[]
}

/** What the HTTP door needs, from what the daemon is made of. */
export function httpDeps(parts: HttpParts): HttpDeps {
  const { world, memory, phoneHome, timeline, measure, log } = parts
  const networkOf = (caller: Caller) => world.networkAt(caller.localAddress)
  const placeOf = (caller: Caller) => world.place(networkOf(caller))
  const isMachine = (host: Host, caller: Caller) =>
    parts.scripts.isMachine({ host, address: caller.address, place: placeOf(caller) })

  return {
    log,
    unready: parts.unready,
    answered: measure.http,
    metrics: createMetrics(measure.counters, gaugesOf(parts)),
    boot: {
      host(mac, uuid, caller, netboots) {
        const host = world.hostOf(mac)
        if (!host) return undefined
        if (netboots && isMachine(host, caller)) appear(host, parts)
        return { host, known: withUuid(host, parts.lives.known(host), uuid) }
      },
      site: caller => world.site(networkOf(caller)),
      serverUrl: caller => placeOf(caller).serverUrl,
      boot: (host, mac, caller) => boot(host, mac, caller, parts),
      sentToDisk(host, caller) {
        const { lives } = parts
        if (isDue(lives.lifeOf(host.name)) || !isMachine(host, caller)) return
        lives.apply(host.name, { kind: 'script', newBoot: false })
      },
      committed: memory.committed,
      seen: ({ caller, ...seen }) => timeline.script({ ...seen, address: caller.address }),
    },
    attempt: {
      hear(token, said, caller) {
        const heard = phoneHome.hear(token, said, caller.address, placeOf(caller))
        log.info({ event: said.event, status: heard.status }, 'phone home')
        measure.phoneHome(said.event, heard.status)
        return heard
      },
      file: (token, name, caller) => phoneHome.file(token, name, caller.address, placeOf(caller)),
      committed: memory.committed,
    },
    assets: {
      assets: { folder: world.config().assets, allowedRoots: world.config().assetRoots },
      published: parts.published.path,
      loaders: world.loaders,
      sent(event) {
        measure.httpBytes(event.more)
        timeline.sent(event)
      },
      ended: measure.httpEnded,
    },
    api: apiDeps(parts),
  }
}

function boot(host: Host | undefined, mac: Mac, caller: Caller, parts: HttpParts): Booted {
  const { world, scripts, strangers } = parts
  const network = world.networkAt(caller.localAddress)
  const place = world.place(network)
  const { address } = caller
  if (!host) {
    const unknown = world.unknownHosts(network)
    if (unknown.kind !== 'profile') return { kind: 'local', reason: 'not a host of the config' }
    const stranger = strangers.boot(unknown.profile, mac, address, place)
    if ('refused' in stranger) return { kind: 'local', reason: stranger.refused }
    const { title, image } = stranger.attempt.content
    return { kind: 'boot', title, image }
  }
  const answer = scripts.request({ host, mac, address, place })
  if (answer.kind !== 'boot') return answer
  const { title, image } = answer.attempt.content
  return { kind: 'boot', title, image }
}

function gaugesOf(parts: HttpParts): Parameters<typeof createMetrics>[1] {
  const { world, memory, lives } = parts
  return {
    version: parts.version,
    unready: parts.unready,
    held: parts.held,
    networks: () => showNetworks(parts),
    hosts() {
      const counts = new Map<string, number>(hostStates.map(state => [state, 0]))
      for (const name of world.config().hosts.keys()) {
        const { state } = lives.lifeOf(name)
        counts.set(state, (counts.get(state) ?? 0) + 1)
      }
      return counts
    },
    callbacks: memory.deliveries.counts,
    strangers: parts.strangerRing.size,
  }
}
