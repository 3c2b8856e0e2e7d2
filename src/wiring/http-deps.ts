import type { FastifyBaseLogger } from 'fastify'
import type { Host } from '../boot/host.ts'
import { isDue } from '../boot/life.ts'
import type { HttpDeps } from '../http/app.ts'
import type { Booted, Caller } from '../http/boot-routes.ts'
import type { Lives } from '../install/life.ts'
import type { PhoneHome } from '../install/phone-home.ts'
import type { Scripts } from '../install/scripts.ts'
import type { Strangers } from '../install/strangers.ts'
import type { Published } from '../system/published.ts'
import { type Ipv4, type Mac, parseMac } from '../wire/address.ts'
import { appear } from './appear.ts'
import type { DaemonMemory } from './memory.ts'
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
  const networkOf = (caller: Caller) => world.networkAt(caller.localAddress)
  const placeOf = (caller: Caller) => world.place(networkOf(caller))
  const isMachine = (host: Host, caller: Caller) =>
    parts.scripts.isMachine({ host, address: caller.address, place: placeOf(caller) })

  return {
    log,
    unready: parts.unready,
    held: parts.held,
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
        return heard
      },
      file: (token, name, caller) => phoneHome.file(token, name, caller.address, placeOf(caller)),
      login: (token, caller) => phoneHome.login(token, caller.address, placeOf(caller)),
      committed: memory.committed,
    },
    assets: {
      assets: { folder: world.config().assets, allowedRoots: world.config().assetRoots },
      published: parts.published.path,
      loaders: world.loaders,
      sent: timeline.sent,
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
    ask: lives.ask,
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
