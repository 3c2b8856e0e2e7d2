import type { Download } from '../../api/hosts.ts'
import type { Host } from '../../boot/host.ts'
import type { ApiDeps } from '../../http/api/api-routes.ts'
import type { Actor } from '../../http/api/guard.ts'
import { isRetryable } from '../../http/api/views.ts'
import { type Sending, secondsLeft } from '../../install/progress.ts'
import { type Ipv4, parseMac } from '../../wire/address.ts'
import type { HttpParts } from '../parts.ts'
import { wake } from '../wake.ts'
import { doctorOf, doctorOfStranger } from './doctor.ts'
import { imageViews } from './images.ts'
import { showNetworks, showStranger } from './show-network.ts'
import { showPreview } from './show-preview.ts'

/** What the admin API needs, from what the daemon is made of. */
export function apiDeps(parts: HttpParts): ApiDeps {
  const { world, memory, lives } = parts
  const { config } = world
  const { committed } = memory
  const hosts = () => config().hosts
  const stateOf = (name: string) => lives.lifeOf(name).state
  const did = ({ name: who, address }: Actor, act: Omit<Deed, 'who' | 'address'>) =>
    record({ who, address, ...act }, parts)

  return {
    access: () => {
      const { admin, http } = config()
      const { allow, hosts } = admin
      const loopback =
        http.address?.some(one => ['127.0.0.1', '0.0.0.0', '::'].includes(one)) ?? true
      return { allow, hosts, loopback, tokens: parts.tokens() }
    },
    now: parts.now,
    committed,
    events: memory.events,
    changed: parts.changes.listen,
    adminLog: memory.adminLog.before,
    sessions: memory.sessions,
    loggedIn: (who, address, action, text) =>
      record({ who, address, action, text, hosts: [] }, parts),
    refused: (actor, why) => did(actor, { action: 'refused', text: why, hosts: [] }),
    hosts: {
      hosts,
      profiles: () => config().profiles.keys(),
      networks: () => config().networks.map(({ name }) => name),
      record: memory.hosts.get,
      facts: memory.hosts.facts,
      states: memory.hosts.states,
      blocked: parts.scripts.blocked,
      line: memory.deliveries.line,
      addressOf: host => addressOf(host, parts),
      seen: parts.timeline.clients.of,
      downloads: name => parts.progress.of(name).map(downloadOf),
      installs: name => memory.installs.ofHost(name, 20),
      deliveries: name => memory.deliveries.ofHost(name, 50),
      newest: memory.events.newest,
      preview: host => showPreview(host, parts),
      notices: parts.unready,
    },
    installs: {
      hosts,
      stateOf,
      profile: name => config().profiles.get(name),
      profiles: () => config().profiles.keys(),
      ask(host, overrides, replace, dryRun) {
        const asked = lives.ask(host, overrides, replace, dryRun)
        if (asked.ok && !dryRun && host.wake) {
          wake(host, parts).catch(err => parts.log.error({ err, host: host.name }, 'not woken'))
        }
        return asked
      },
      cancel: (name, dryRun) => lives.cancel(name, dryRun),
      write: memory.write,
      did,
      answered: memory.adminLog.byKey,
      committed,
    },
    networks: {
      hosts,
      states: memory.hosts.states,
      version: parts.version,
      startedAt: parts.startedAt,
      now: parts.now,
      profiles: () => config().profiles.values(),
      hostOfMac: mac => {
        const parsed = parseMac(mac)
        return parsed && config().hostByMac.get(parsed)?.name
      },
      leases: memory.leases.all,
      networks: () => showNetworks(parts),
      strangers: () =>
        parts.strangerRing
          .list()
          .filter(([mac]) => !world.hostOf(mac))
          .map(stranger => showStranger(stranger, config().profiles.keys())),
      callbacks: memory.deliveries.counts,
      notices: parts.unready,
      lastEvent: memory.events.lastId,
    },
    doctor: {
      hosts,
      doctor: host => doctorOf(host, parts),
      stranger: mac => doctorOfStranger(mac, parts),
      packets: parts.packets.pcapOf,
    },
    daemon: {
      reload: parts.reload.run,
      draining: parts.drain.state,
      drain(on) {
        parts.drain.set(on)
        parts.wakeOutbox()
      },
      did,
      committed,
    },
    images: () => imageViews(config(), parts.published),
    callbacks: {
      ofStates: memory.deliveries.ofStates,
      get: memory.deliveries.get,
      line: memory.deliveries.line,
      retry(delivery, actor) {
        if (!isRetryable(delivery)) return
        const { id, host, callback, event } = delivery
        memory.write(() => {
          memory.deliveries.again(id, parts.now())
          const text = `asked for the callback ${callback} (${event}) of ${host} again`
          did(actor, { action: 'retry', text, hosts: [host] })
        })
        parts.wakeOutbox()
      },
      committed,
    },
  }
}

interface Deed {
  readonly who: string
  readonly address: string
  readonly action: string
  readonly text: string
  readonly hosts: readonly string[]
  readonly once?: { readonly key: string; readonly request: string; readonly answer: unknown }
}

/** What is done to hosts; the rest is for the admin log alone. */
const toHosts = ['install', 'cancel', 'retry'] as const

/** A deed is in the admin log, in the daemon's log, and in the timelines of the hosts it was done to. */
function record(deed: Deed, { memory, log }: HttpParts): void {
  const { who, address, action, text, hosts } = deed
  log.info({ who, address, action, hosts: hosts.slice(0, 100) }, `admin: ${text}`)
  memory.write(() => {
    memory.adminLog.add(deed)
    const code = toHosts.find(one => one === action)
    if (!code) return
    for (const host of hosts) memory.record({ host, kind: 'admin', code, data: { who, address } })
  })
}

function downloadOf(sending: Sending): Download {
  const { url, startedAt, at } = sending
  return {
    ...sending,
    name: url.slice(url.lastIndexOf('/') + 1),
    left: secondsLeft(sending),
    startedAt: new Date(startedAt).toISOString(),
    at: new Date(at).toISOString(),
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
