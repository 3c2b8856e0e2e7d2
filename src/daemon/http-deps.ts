import { join } from 'node:path'
import type { FastifyBaseLogger } from 'fastify'
import type { Caller } from '../boot/deliver.ts'
import { hostStates } from '../boot/life.ts'
import type { Token } from '../http/api/tokens.ts'
import type { HttpDeps } from '../http/app.ts'
import { createSender } from '../http/files/send-file.ts'
import { createSliceCache } from '../http/files/slice-cache.ts'
import { createBootDesk } from '../install/boot-desk.ts'
import type { Lives } from '../install/life.ts'
import { choose } from '../install/menu-desk.ts'
import type { Menus } from '../install/menus.ts'
import type { PhoneHome } from '../install/phone-home.ts'
import type { Previews } from '../install/preview.ts'
import type { Progress } from '../install/progress.ts'
import type { Scripts } from '../install/scripts.ts'
import type { SpecDeps } from '../install/spec.ts'
import type { Strangers } from '../install/strangers.ts'
import { createMetrics } from '../metrics/daemon-metrics.ts'
import type { Changes } from '../record/changes.ts'
import type { Fallback } from '../record/fallback.ts'
import type { Measure } from '../record/measure.ts'
import type { PacketRing } from '../record/packet-ring.ts'
import type { StrangerRing } from '../record/stranger-ring.ts'
import type { createTimeline } from '../record/timeline.ts'
import type { DaemonMemory } from '../store/memory.ts'
import type { Published } from '../system/published.ts'
import type { Ipv4, Mac } from '../wire/address.ts'
import type { World } from '../world/world.ts'
import { apiDeps } from './api/api-deps.ts'
import { showNetworks } from './api/show-network.ts'
import { configRequest } from './doors/loader-configs.ts'

export interface Parts {
  readonly world: World
  readonly memory: DaemonMemory
  readonly lives: Lives
  readonly scripts: Scripts
  readonly strangers: Strangers
  readonly menus: Menus
  readonly phoneHome: PhoneHome
  readonly published: Published
  readonly specDeps: SpecDeps
  readonly timeline: ReturnType<typeof createTimeline>
  readonly measure: Measure
  readonly fallback: Fallback
  readonly packets: PacketRing
  /** Whose MAC an address has: by our leases, or the kernel's neighbour table. */
  macsOf(address: Ipv4): readonly Mac[]
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
  const placeOf = (caller: Caller) => world.place(world.networkAt(caller.localAddress))

  const desk = createBootDesk(parts)

  return {
    log,
    unready: parts.unready,
    answered: measure.http,
    metrics: createMetrics(measure.counters, gaugesOf(parts)),
    boot: {
      ...desk,
      serverUrl: caller => placeOf(caller).serverUrl,
      committed: memory.committed,
      config: (name, caller) => configRequest(name, caller, parts),
      chosen: (name, caller) => choose(name, caller, desk, parts),
    },
    kexec: {
      macAt: address => parts.macsOf(address).find(mac => world.hostOf(mac)),
      preview: (host, mac, caller) => {
        const { address } = caller
        return parts.scripts.preview({ host, mac, address, place: placeOf(caller) })
      },
      program: () => parts.specDeps.publish(join(world.config().assets, 'loaders/kexec')),
      digest: parts.specDeps.digests.of,
    },
    disc: {
      disc(mac, caller) {
        const host = world.hostOf(mac)
        const unknown = world.unknownHosts(world.networkAt(caller.localAddress))
        if (!host)
          return unknown.kind === 'profile'
            ? parts.specDeps.publish(unknown.profile.kernel)
            : undefined
        const { address } = caller
        const seen = parts.scripts.preview({ host, mac, address, place: placeOf(caller) })
        return seen.kind === 'boot' && seen.image.kind === 'iso' ? seen.parts?.[0] : undefined
      },
    },
    attempt: {
      hear(token, said, caller) {
        const heard = phoneHome.hear(token, said, caller.address, placeOf(caller))
        const { status, reason } = heard
        const host = memory.installs.attempt(token)?.host
        if (status !== 204)
          log.info({ host, event: said.event, status, reason }, 'phone home refused')
        measure.phoneHome(said.event, heard.status)
        return heard
      },
      file: (token, name, caller) => phoneHome.file(token, name, caller.address, placeOf(caller)),
      login: (token, caller) => phoneHome.login(token, caller.address, placeOf(caller)),
      burn: phoneHome.burn,
      committed: memory.committed,
    },
    assets: {
      assets: { folder: world.config().assets, allowedRoots: world.config().assetRoots },
      published: parts.published.file,
      loaders: world.loaders,
      sender: createSender(createSliceCache(world.config().http.cache)),
      downloads: world.config().http.limits.downloads,
      sent(event) {
        measure.httpBytes(event.more)
        timeline.sent(event)
      },
      ended: measure.httpEnded,
      missed: timeline.missed,
    },
    api: apiDeps(parts),
  }
}

function gaugesOf(parts: HttpParts): Parameters<typeof createMetrics>[1] {
  const { world, memory } = parts
  return {
    version: parts.version,
    unready: parts.unready,
    held: parts.held,
    networks: () => showNetworks(parts),
    hosts() {
      const states = memory.hosts.states()
      const counts = new Map<string, number>(hostStates.map(state => [state, 0]))
      for (const name of world.config().hosts.keys()) {
        const state = states.get(name) ?? 'idle'
        counts.set(state, (counts.get(state) ?? 0) + 1)
      }
      return counts
    },
    callbacks: memory.deliveries.counts,
    strangers: parts.strangerRing.size,
  }
}
