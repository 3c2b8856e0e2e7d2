import { join } from 'node:path'
import { createLoopTurns } from '../base/loop-turns.ts'
import type { Caller } from '../boot/deliver.ts'
import { hostStates } from '../boot/host-state.ts'
import { ipxe } from '../boot/loaders/ipxe.ts'
import type { HttpDeps } from '../http/app.ts'
import type { AssetDeps } from '../http/files/asset-routes.ts'
import { createNodeWay } from '../http/files/send-file.ts'
import { createSliceCache } from '../http/files/slice-cache.ts'
import type { AttemptDeps } from '../http/machine/attempt-routes.ts'
import { createPlaces } from '../http/places.ts'
import { createThreadWay } from '../http/sending/thread-way.ts'
import { createSendingThreads } from '../http/sending/threads.ts'
import type { ServedNetwork } from '../install/deps.ts'
import { chooseFromMenu } from '../install/menu-choice.ts'
import type { TokenUse } from '../install/token-use.ts'
import { createMetrics } from '../metrics/daemon-metrics.ts'
import { sawFileMissing, sawFileSent } from '../record/seen-files.ts'
import type { Mac } from '../wire/address.ts'
import { apiDeps } from './api/api-deps.ts'
import { showNetworks } from './api/show-network.ts'
import { configRequest } from './doors/loader-configs.ts'
import type { HttpParts, Parts } from './parts.ts'

/** What the HTTP door needs, from what the daemon is made of. */
export function httpDeps(parts: HttpParts): HttpDeps {
  const { world, memory, measure, log } = parts
  return {
    log,
    unready: parts.unready,
    // Not whether its address is there: that one follows.
    unserved(name) {
      const isKnown = world.config().networks.some(network => network.name === name)
      return isKnown ? [memory.away() ?? []].flat() : undefined
    },
    standing: memory.peers,
    answered: measure.http,
    metrics: createMetrics(measure.counters, gaugesOf(parts)),
    boot: {
      ...parts.answers,
      place: caller => placeOf(parts, caller),
      asksUuid: (caller, mac) =>
        world.hostOf(mac) !== undefined && world.networkOf(caller, mac)?.trust === 'uuid',
      committed: memory.committed,
      isAway: () => memory.away() !== undefined,
      config: (name, caller, goesOnBy) => configRequest(name, caller, parts, goesOnBy),
      chosen: (name, caller) => chooseFromMenu(name, caller, parts),
    },
    kexec: {
      macAt: address => parts.macsOf(address).find(mac => world.hostOf(mac)),
      program: () => parts.specDeps.publish(join(world.config().assets, 'loaders/kexec')),
      digest: parts.specDeps.digests.of,
    },
    attempt: attemptDeps(parts),
    captures: captureDeps(parts),
    assets: assetDeps(parts),
    api: apiDeps(parts),
  }
}

function placeOf({ world }: Pick<Parts, 'world'>, caller: Caller, mac?: Mac): ServedNetwork {
  return world.place(world.networkOf(caller, mac), caller.address)
}

/** Who uses a token. */
function usesOf(parts: Pick<Parts, 'world' | 'memory'>) {
  return (token: string, caller: Caller): TokenUse => {
    const place = placeOf(parts, caller, parts.memory.installs.attempt(token)?.mac)
    return { token, address: caller.address, place }
  }
}

/** The disk that an agent sends. */
function captureDeps(parts: HttpParts): HttpDeps['captures'] {
  const { captures, phoneHome, memory } = parts
  const useOf = usesOf(parts)
  return {
    refusal: phoneHome.refusal,
    have: (token, caller) => captures.have(useOf(token, caller)),
    add: (token, caller, piece, content) => captures.add(useOf(token, caller), piece, content),
    land: (token, caller, told) => captures.land(useOf(token, caller), told),
    committed: memory.committed,
  }
}

/** What a machine does with its token. */
export function attemptDeps(parts: Parts & Pick<HttpParts, 'log'>): AttemptDeps {
  const { memory, phoneHome, measure, log } = parts
  const useOf = usesOf(parts)
  return {
    refusal(token) {
      const refused = phoneHome.refusal(token)
      if (refused) measure.phoneHome('', refused.status)
      return refused
    },
    hear(token, said, caller) {
      const heard = phoneHome.hear(useOf(token, caller), said)
      const { status, reason } = heard
      const host = memory.installs.attempt(token)?.host
      if (status !== 204)
        log.info({ host, event: said.event, status, reason }, 'phone home refused')
      measure.phoneHome(said.event, heard.status)
      return heard
    },
    file: ({ token, name, caller, told }) => phoneHome.file(useOf(token, caller), name, told),
    fileLooked: ({ token, name, caller }) => phoneHome.fileLooked(useOf(token, caller), name),
    login: (token, caller) => phoneHome.login(useOf(token, caller)),
    work(token, caller) {
      const mac = parts.strangers.byToken(token)?.attempt.mac
      const host = mac && parts.world.hostOf(mac)
      if (!mac || !host) return phoneHome.work(token, { host, boots: false })
      const { kind } = parts.answers.look({ mac, caller, what: 'agent', loader: ipxe })
      return phoneHome.work(token, { host, boots: kind === 'boot' || kind === 'menu' })
    },
    order: (token, caller) => phoneHome.order(useOf(token, caller)),
    burn: phoneHome.burn,
    committed: memory.committed,
  }
}

function assetDeps({ world, published, measure, timeline, log }: HttpParts): AssetDeps {
  const { assets, assetRoots, http } = world.config()
  const { downloads, perAddress } = http.limits
  const threads = createSendingThreads({
    reportMs: 500,
    without: why => log.info({ why }, 'files go out by the main thread'),
  })
  return {
    assets: { folder: assets, allowedRoots: assetRoots },
    published: published.file,
    loaders: world.loaders,
    files: createThreadWay(createNodeWay(createSliceCache(http.cache)), threads),
    turn: createLoopTurns(),
    places: createPlaces(
      { most: downloads, perAddress: Math.min(downloads, perAddress) },
      performance.now.bind(performance),
    ),
    sent(event) {
      measure.httpBytes(event.more)
      sawFileSent(timeline, event)
    },
    ended: measure.httpEnded,
    missed: event => sawFileMissing(timeline, event),
  }
}

function gaugesOf(parts: HttpParts): Parameters<typeof createMetrics>[1] {
  const { world, memory } = parts
  return {
    version: parts.version,
    unready: parts.unready,
    held: parts.held,
    reloadRefused: () => parts.reload.notices().length > 0,
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
