import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Network } from '../boot/host.ts'
import { serverAddressesOf } from '../boot/network-address.ts'
import { lackOfProfile } from '../config/check/files.ts'
import type { Config } from '../config/config.ts'
import { readMedia } from '../config/media.ts'
import { renderText } from '../config/template/template.ts'
import { usedVars } from '../config/template/vars.ts'
import type { InstallDeps } from '../install/deps.ts'
import { createInstaller } from '../install/installer.ts'
import { createMoves } from '../install/move.ts'
import { createProgress } from '../install/progress.ts'
import type { SpecDeps } from '../install/spec.ts'
import { createLogins } from '../install/ssh/logins.ts'
import { createChanges } from '../record/changes.ts'
import { createMeasure } from '../record/measure.ts'
import { createWitness } from '../record/recorders.ts'
import { sawScript } from '../record/seen-script.ts'
import { createTimeline, type Timeline } from '../record/timeline.ts'
import { openMemory, type ThisDaemon } from '../store/memory.ts'
import { steadyClock } from '../system/clock.ts'
import { createDigests } from '../system/digests.ts'
import { createPublished } from '../system/published.ts'
import { version } from '../system/version.ts'
import { createRouterWatch } from '../world/routers.ts'
import { createWhereabouts } from '../world/whereabouts.ts'
import { createWorld, type World } from '../world/world.ts'
import { daemonName } from './api/show-daemons.ts'
import { createArrivals } from './arrivals.ts'
import { openConsoles } from './consoles.ts'
import { createDrain } from './drain.ts'
import { createMediumOf } from './medium.ts'
import { thisComputer } from './outside.ts'
import { openPower } from './power.ts'
import { followAttempts } from './recover.ts'
import { createStarts, type Starts } from './starts.ts'
import { powerDeeds } from './take-over.ts'

/** What a database that several can reach is told of us. */
function thisDaemon(world: World, log: Log, clock: Clock): ThisDaemon {
  return {
    daemon: daemonName(world.config()),
    version: version(),
    urls: () => urlsOf(world),
    waits: sentence => log.info(sentence),
    // The process ends and starts anew: what is in memory is not what is in the database.
    lost: error => clock.soon(rethrow, error),
  }
}

function rethrow(error: unknown): never {
  throw error
}

/** Where machines reach us now. */
function urlsOf(world: World): Record<string, string[]> {
  const urls = (network: Network) =>
    serverAddressesOf(network).map(address => world.place(network, address).serverUrl)
  return Object.fromEntries(world.networks().map(network => [network.name, urls(network)]))
}

/** Opens the database and puts everything together that needs no socket. */
export async function makeParts(first: Config, log: Log, outside = thisComputer) {
  const { clock } = outside
  const world = createWorld(first)
  const { config } = world
  const now = steadyClock(clock)
  const memory = await openMemory(config, thisDaemon(world, log, clock), clock, outside.openEngine)
  world.learn(memory.hostCards.known)
  if (memory.peers) world.share(memory.peers.urls)
  const measure = createMeasure(memory)
  const published = createPublished(config().assets)
  const whereabouts = createWhereabouts(world, memory, now, outside.senses())
  const logins = createLogins(join(config().dataDir, 'logins'))
  const drain = createDrain(memory)
  const digests = createDigests()
  const changes = createChanges()
  followAttempts({ memory, published })
  memory.onFollowed?.(({ table, key }) => {
    if (table === 'hosts') changes.tell(String(key))
  })
  const power = openPower(world, changes.tell, powerDeeds({ world, memory, log }, whereabouts))
  const { publish, publishTogether } = published
  const specDeps = {
    ...{ publish, publishTogether, digests },
    ...{ readMedia, usedVars, lackOf: lackOfProfile, mediumOf: createMediumOf(world, published) },
  } satisfies SpecDeps

  const installer = createInstaller({
    ...{ ...outside, memory, now, logins, world, dataDir: config().dataDir },
    ...{ ...whereabouts, ...specDeps, ...hostsOf(world), render: renderText },
    powerDue: host => starts.wake(host),
    isSwitching: host => starts.isUnderWay(host),
    places: () => drain.places(config().parallel),
    outputBound: () => config().keep.output,
    ...createMoves({ world, memory, now }, { known: host => installer.lives.known(host) }),
    tried: measure.callback,
    seen: script => sawScript(timeline, script),
    failed: (delivery, err) => log.error({ err, key: delivery.key }, 'callback not looked after'),
    notSought: (host, err) => log.error({ err, host }, 'cannot look for its SSH server'),
  })

  const witness = createWitness(world, memory, whereabouts.macsOf, clock.wall)
  const recorded = { ...witness, progress: createProgress(now), changes }
  const timeline: Timeline = createTimeline({
    ...{ world, memory, log, now: clock.wall },
    ...{ ...recorded, ...whereabouts },
    ...{ scripts: installer.scripts, downloads: installer.downloads },
  })
  const starts: Starts = createStarts({
    ...{ memory, power, log, lives: installer.lives, now: clock.wall },
    clientOf: host => timeline.clients.of(host),
  })
  return {
    ...{ world, memory, clock, now, log, measure, published, specDeps, logins, drain, digests },
    ...createArrivals({ config, memory, log, ...installer, wall: clock.wall }),
    consoles: openConsoles({ world, memory, log, clock }),
    routers: createRouterWatch({ world, log }),
    ...{ ...installer, ...recorded, timeline, power, starts },
    ...{ macsOf: whereabouts.macsOf, closeWhereabouts: whereabouts.close },
  }
}

export type Made = Awaited<ReturnType<typeof makeParts>>

/** Where the life cycle finds its hosts, and where they reach us. */
function hostsOf(world: World): Pick<InstallDeps, 'host' | 'hostOf' | 'place'> {
  return {
    host: name => world.config().hosts.get(name),
    hostOf: world.hostOf,
    place(name) {
      const networks = world.networks()
      return world.place(networks.find(network => network.name === name) ?? networks[0])
    },
  }
}
