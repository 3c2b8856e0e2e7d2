import { join } from 'node:path'
import type { FastifyBaseLogger } from 'fastify'
import type { Caller } from '../boot/deliver.ts'
import type { Host } from '../boot/host.ts'
import type { HttpDeps } from '../http/app.ts'
import type { Lives } from '../install/life.ts'
import type { Menus } from '../install/menus.ts'
import type { PhoneHome } from '../install/phone-home.ts'
import type { Scripts } from '../install/scripts.ts'
import type { SpecDeps } from '../install/spec.ts'
import type { Strangers } from '../install/strangers.ts'
import type { Published } from '../system/published.ts'
import { type Ipv4, type Mac, parseMac } from '../wire/address.ts'
import { createBootDesk } from './boot-desk.ts'
import { doctorOf } from './doctor.ts'
import type { Fallback } from './fallback.ts'
import { imageViews } from './images.ts'
import { configRequest } from './loader-configs.ts'
import type { DaemonMemory } from './memory.ts'
import { choose } from './menu-desk.ts'
import type { PacketRing } from './packet-ring.ts'
import type { StrangerRing } from './stranger-ring.ts'
import type { createTimeline } from './timeline.ts'
import { wake } from './wake.ts'
import type { World } from './world.ts'

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
  readonly fallback: Fallback
  readonly packets: PacketRing
  /** Whose MAC an address has: by our leases, or the kernel's neighbour table. */
  macsOf(address: Ipv4): readonly Mac[]
}

export interface HttpParts extends Parts {
  readonly strangerRing: StrangerRing
  readonly log: FastifyBaseLogger
  readonly token: string
  now(): number
  unready(): readonly string[]
  held(): readonly string[]
}

/** What the HTTP door needs, from what the daemon is made of. */
export function httpDeps(parts: HttpParts): HttpDeps {
  const { world, memory, phoneHome, timeline, log } = parts
  const placeOf = (caller: Caller) => world.place(world.networkAt(caller.localAddress))

  const desk = createBootDesk(parts)

  return {
    log,
    unready: parts.unready,
    held: parts.held,
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
        log.info({ event: said.event, status: heard.status }, 'phone home')
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
      sent: timeline.sent,
      missed: timeline.missed,
    },
    api: apiDeps(parts),
    images: () => imageViews(world.config(), parts.published),
  }
}

function apiDeps(parts: HttpParts): HttpDeps['api'] {
  const { world, memory, lives, token } = parts
  const config = world.config
  return {
    access: () => ({ allow: config().admin.allow, token }),
    events: memory.events,
    now: parts.now,
    hosts: () => config().hosts,
    profile: name => config().profiles.get(name),
    record: memory.hosts.get,
    addressOf: host => addressOf(host, parts),
    line: memory.deliveries.line,
    hostOfMac: mac => {
      const parsed = parseMac(mac)
      return parsed && config().hostByMac.get(parsed)?.name
    },
    installs: name => memory.installs.ofHost(name, 20),
    deliveries: name => memory.deliveries.ofHost(name, 50),
    leases: memory.leases.all,
    notices: parts.unready,
    strangers: parts.strangerRing.list,
    blocked: parts.scripts.blocked,
    doctor: host => doctorOf(host, parts),
    packets: parts.packets.pcapOf,
    ask(host, overrides, replace, dryRun) {
      const asked = lives.ask(host, overrides, replace, dryRun)
      if (asked.ok && !dryRun && host.wake) {
        wake(host, parts).catch(err => parts.log.error({ err, host: host.name }, 'not woken'))
      }
      return asked
    },
    cancel: lives.cancel,
    committed: memory.committed,
  }
}

/** The address of its lease, where it has no reservation. */
function addressOf(host: Host, { world, memory, now }: HttpParts): Ipv4 | undefined {
  for (const { mac } of host.nics) {
    for (const network of world.networks()) {
      const lease = memory.leases.byMac(network.name, mac)
      if (lease?.state === 'active' && lease.end > now()) return lease.address
    }
  }
  return undefined
}
