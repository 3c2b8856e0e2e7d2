import { statfsSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyBaseLogger } from 'fastify'
import { sentenceOf } from '../boot/words/reason.ts'
import { lackOfProfile } from '../config/check/files.ts'
import type { Config } from '../config/config.ts'
import { readMedia } from '../config/media.ts'
import { renderText } from '../config/template/template.ts'
import { usedVars } from '../config/template/vars.ts'
import { buildApp } from '../http/app.ts'
import { meetAll, meetNewCards } from '../install/appear.ts'
import { createBootDesk } from '../install/boot-desk.ts'
import { createDownloads } from '../install/downloads.ts'
import { createLife } from '../install/life.ts'
import { tokenLife } from '../install/live-attempts.ts'
import { createMenus } from '../install/menus.ts'
import { createOutbox, type Outbox } from '../install/outbox.ts'
import { createPhoneHome } from '../install/phone-home.ts'
import { createProgress } from '../install/progress.ts'
import { createScripts } from '../install/scripts.ts'
import { createDeployer } from '../install/ssh/deploy.ts'
import { createLogins } from '../install/ssh/logins.ts'
import { createSeek } from '../install/ssh/seek.ts'
import { createStrangers } from '../install/strangers.ts'
import { createChanges } from '../record/changes.ts'
import { createMeasure } from '../record/measure.ts'
import { createWitness } from '../record/recorders.ts'
import { sawScript } from '../record/seen-script.ts'
import { createTimeline } from '../record/timeline.ts'
import { openMemory } from '../store/memory.ts'
import { steadyClock } from '../system/clock.ts'
import { createDigests } from '../system/digests.ts'
import { takeHandedOver } from '../system/handed-over.ts'
import { whyNotTogether } from '../system/network-sockets.ts'
import { PortError } from '../system/ports.ts'
import { createPublished } from '../system/published.ts'
import { createReserve } from '../system/reserve.ts'
import { createTokens, newId, newToken } from '../system/secrets.ts'
import { version } from '../system/version.ts'
import { createChecksumWatch } from '../world/checksums.ts'
import { createWhereabouts } from '../world/whereabouts.ts'
import { createWorld } from '../world/world.ts'
import { type Doors, openDoors } from './doors/doors.ts'
import { createDrain } from './drain.ts'
import { createEvery } from './every.ts'
import { greet, tellHandedOver } from './greeting.ts'
import { httpDeps } from './http-deps.ts'
import { recover, sweepLogins } from './recover.ts'
import { createReload, type Reload } from './reload.ts'

export interface Daemon {
  /** Takes the config file again; a bad one changes nothing and says why. */
  reload: Reload['run']
  /** Ends running downloads after a grace and leaves everything on disk. */
  close(): Promise<void>
}

/** Bytes sent within this time before the end are not cut. */
const closeGraceMs = 3000

/** Starts everything in order; rejects with a sentence when a port or the dataDir cannot be had. */
export async function startDaemon(first: Config, log: FastifyBaseLogger): Promise<Daemon> {
  const world = createWorld(first)
  const config = world.config
  const { sockets: handedOver, unknown } = takeHandedOver(process.env, process.pid)
  const tied = handedOver.filter(({ door }) => door === 'dhcp').map(socket => socket.interface)
  const apart = whyNotTogether(first.networks, tied)
  if (apart !== undefined) throw new PortError(apart)
  tellHandedOver(handedOver, unknown, log)
  const now = steadyClock()
  const memory = await openMemory(config)
  const measure = createMeasure(memory)
  const tokens = createTokens(config().admin)
  const published = createPublished(config().assets)
  const digests = createDigests()
  const checksums = createChecksumWatch({ world, published, digests, log, record: memory.record })
  const whereabouts = createWhereabouts(world, memory, now)
  const logins = createLogins(join(config().dataDir, 'logins'))

  const specDeps = {
    publish: published.publish,
    publishTogether: published.publishTogether,
    readMedia,
    usedVars,
    digests,
    lackOf: lackOfProfile,
  }
  const installDeps = {
    memory,
    now,
    newId,
    newToken,
    ...whereabouts,
    logins,
    ...specDeps,
    host: (name: string) => config().hosts.get(name),
    hostOf: world.hostOf,
    render: renderText,
    place: (name?: string) => {
      const networks = world.networks()
      return world.place(networks.find(n => n.name === name) ?? networks[0])
    },
  }
  const drain = createDrain(memory)
  const heard = { at: new Map<string, number>(), startedAt: now() }
  const heardAt = (name: string) => heard.at.get(name) ?? heard.startedAt
  // The outbox tells the lives when a deploy ends, and the lives fill the outbox.
  const deployer = createDeployer({ ...installDeps, folder: config().dataDir })
  const outbox: Outbox = createOutbox({
    ...{ memory, now, ...deployer },
    places: () => drain.places(config().parallel),
    deployStarted: delivery => lives.deployStarted(delivery),
    deployEnded: (delivery, error) => lives.deployEnded(delivery, error),
    left: install => lives.tidy(install),
    failed: (delivery, err) => log.error({ err, key: delivery.key }, 'callback not looked after'),
    outputBound: () => config().keep.output,
    tried: measure.callback,
  })
  const lives = createLife(installDeps, outbox, heardAt)
  const seek = createSeek(installDeps, lives, (host, err) => {
    log.error({ err, host }, 'cannot look for its SSH server')
  })
  const scripts = createScripts(installDeps, lives)
  const strangers = createStrangers()
  const phoneHome = createPhoneHome(installDeps, lives, scripts, strangers)
  const downloads = createDownloads(installDeps, lives, heard)
  const progress = createProgress(now)
  const changes = createChanges()
  const witness = createWitness(world, memory, whereabouts.macsOf)
  const seen = { ...witness, scripts, downloads, progress, changes, log, ...whereabouts }
  const timeline = createTimeline({ world, memory, now: Date.now, ...seen })

  const specHost = (id: string) => memory.installs.get(id)?.spec.host
  const adopt = (next: Config) => {
    meetNewCards(next.hosts.values(), memory)
    lives.forget(name => next.hosts.has(name))
    world.replace(next, memory.hosts.running(), specHost)
  }
  if (memory.isNew) meetAll(config().hosts.values(), memory)
  adopt(config())
  recover({ outbox, lives, logins, memory, published })

  const seeing = { lives, scripts, strangers, menus: createMenus({ now }) }
  const desk = { ...installDeps, ...seeing, world }
  const answers = createBootDesk({ ...desk, seen: script => sawScript(timeline, script) })
  const lived = { ...seeing, answers, phoneHome }
  const made = { published, specDeps, timeline, measure, ...whereabouts, ...witness }
  const parts = { world, memory, ...lived, ...made }
  const reserve = createReserve(join(config().dataDir, 'reserve'))
  const unready: string[] = []
  watchDisk()
  let servers: Pick<Doors, 'held' | 'rivals'> = { held: () => [], rivals: () => [] }
  /** The sockets do not follow the networks yet. */
  let stale = false
  const opened = Promise.withResolvers<void>()
  const reload = createReload({
    ...{ config, log, memory },
    whyNot: next => whyNotTogether(next.networks, tied) ?? tokens.follow(next.admin),
    take: goOver,
  })
  const app = await buildApp(
    httpDeps({
      ...{ ...parts, progress, changes, now, log, version: version() },
      startedAt: heard.startedAt,
      tokens: tokens.all,
      wakeOutbox: outbox.wake,
      rivals: network => servers.rivals(network),
      ...{ drain, reload, unready: notices, held: () => servers.held() },
    }),
  )
  await app.ready()
  const doorParts = { ...parts, app, log, handedOver, now }
  const doors = await openDoors(doorParts).catch(async error => {
    await outbox.close()
    memory.close()
    throw error
  })
  opened.resolve()
  servers = doors
  greet(world, log)

  const every = createEvery(log)
  const timers = [
    every(1000, 'clocks', lives.tick),
    every(1000, 'ssh', seek.tick),
    every(3000, 'networks', refresh),
    every(3600_000, 'housekeeping', housekeeping),
    every(5000, 'disk', watchDisk),
    every(10_000, 'checksums', checksums.look),
  ]
  outbox.wake()
  void checksums.look()

  return {
    reload: reload.run,
    async close() {
      for (const timer of timers) clearInterval(timer)
      drain.tellCut(deployer.canResume, log)
      digests.close()
      await doors.close(closeGraceMs)
      await Promise.all([outbox.close(), seek.close()])
      await app.close()
      await memory.committed().catch(() => {})
      whereabouts.close()
      memory.close()
    },
  }

  function notices(): string[] {
    const asked = [...reload.notices(), ...drain.notices()]
    return [...unready, ...world.waiting(), ...servers.held().map(sentenceOf), ...asked]
  }

  async function goOver(next: Config): Promise<void> {
    // HTTP hears before the other doors are open.
    await opened.promise
    doors.renew()
    adopt(next)
    stale = true
    await refresh()
    void checksums.look()
  }

  async function refresh(): Promise<void> {
    if (world.settle()) {
      stale = true
      for (const line of world.waiting()) log.warn(line)
    }
    if (!stale) return
    await doors.refresh()
    stale = false
  }

  function housekeeping(): void {
    sweepLogins({ logins, memory })
    memory.events.pruneOld()
    memory.installs.voidAttemptsBefore(now() - tokenLife * 1000)
    memory.deliveries.dropBefore(now() - config().keep.events * 1000)
  }

  /** Leases and states must go on when the disk is full: events give way first. */
  function watchDisk(): void {
    const { bavail, bsize } = statfsSync(config().dataDir)
    const full = reserve.watch(bavail * bsize)
    memory.events.setDropping(full)
    unready.length = 0
    if (full) unready.push('the disk of dataDir is nearly full: events are not recorded')
  }
}
