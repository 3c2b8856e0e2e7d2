import type { Download } from '../../api/hosts.ts'
import type { Host } from '../../boot/host.ts'
import { isInForce } from '../../boot/lease.ts'
import type { Access } from '../../http/api/access.ts'
import type { ApiDeps } from '../../http/api/api-routes.ts'
import type { HostDeps } from '../../http/api/host-routes.ts'
import type { NetworkDeps } from '../../http/api/network-routes.ts'
import { type Sending, secondsLeft } from '../../install/progress.ts'
import { loopbacksOf } from '../../system/local-addresses.ts'
import { createSigner } from '../../system/signer.ts'
import { parseMac } from '../../wire/address.ts'
import type { IpAddress } from '../../wire/ip-address.ts'
import type { Ipv6 } from '../../wire/ipv6.ts'
import type { HttpParts } from '../parts.ts'
import { adoptDeps } from './adopt.ts'
import {
  bmcDeps,
  callbackDeps,
  consoleDeps,
  daemonDeps,
  did,
  installDeps,
  powerDeps,
  recordDeed,
} from './deeds.ts'
import { doctorOf, doctorOfStranger, longestStory } from './doctor.ts'
import { imagesDeps } from './images.ts'
import { showNetworks, showStranger } from './show-network.ts'
import { showPreview } from './show-preview.ts'

/** What the admin API needs, from what the daemon is made of. */
export function apiDeps(parts: HttpParts): ApiDeps {
  const { world, memory, now } = parts
  return {
    access: () => accessOf(parts),
    ...{ now, committed: memory.committedHere },
    events: { ...memory.history, listen: listener => listenTo(memory.events, listener) },
    forward: memory.peers && {
      standsBy: () => memory.standsBy() !== undefined,
      forward: memory.peers.forward,
    },
    changed: parts.changes.listen,
    adminLog: memory.adminLog.before,
    sessions: memory.sessions,
    loggedIn: (who, address, action, text) =>
      recordDeed({ who, address, action, text, hosts: [] }, parts),
    refused: (actor, why) => did(actor, { action: 'refused', text: why, hosts: [] }, parts),
    hosts: hostDeps(parts),
    adopt: adoptDeps(parts),
    installs: installDeps(parts),
    erasures: { ...memory.erasures, ...createSigner(world.config().dataDir) },
    power: powerDeps(parts),
    bmc: bmcDeps(parts),
    consoles: consoleDeps(parts),
    networks: networkDeps(parts),
    doctor: {
      hosts: () => world.config().hosts,
      async doctor(host) {
        return doctorOf(host, await memory.history.newest(longestStory, host.name), parts)
      },
      stranger: mac => doctorOfStranger(mac, parts),
      packets: parts.packets.pcapOf,
    },
    daemon: daemonDeps(parts),
    images: imagesDeps(parts),
    callbacks: callbackDeps(parts),
  }
}

/** What this daemon writes, and what another one does while this one stands by. */
function listenTo(
  { listen, listenAfar }: HttpParts['memory']['events'],
  listener: Parameters<typeof listen>[0],
): () => void {
  const ends = [listen(listener), listenAfar(listener)]
  return () => {
    for (const end of ends) end()
  }
}

function accessOf({ world, tokens }: HttpParts): Access {
  const { admin, http } = world.config()
  const { allow, hosts } = admin
  const listens = http.address ?? loopbacksOf(false)
  const loopback = listens.some(one => ['127.0.0.1', '0.0.0.0', '::'].includes(one))
  return { allow, hosts, loopback, tokens: tokens() }
}

function hostDeps(parts: HttpParts): HostDeps {
  const { memory } = parts
  const { config } = parts.world
  return {
    hosts: () => config().hosts,
    profiles: () => config().profiles.keys(),
    networks: () => config().networks.map(({ name }) => name),
    record: memory.hosts.get,
    facts: memory.hosts.facts,
    states: memory.hosts.states,
    blocked: parts.scripts.blocked,
    line: memory.deliveries.line,
    ...{ starting: parts.power.line, heard: parts.power.heard },
    addressOf: host => addressOf(host, parts),
    seen: parts.timeline.clients.of,
    downloads: name => parts.progress.of(name).map(downloadOf),
    installs: name => memory.history.installs(name, 20),
    deliveries: name => memory.deliveries.ofHost(name, 50),
    newest: memory.history.newest,
    preview: host => showPreview(host, parts),
    notices: parts.unready,
  }
}

function networkDeps(parts: HttpParts): NetworkDeps {
  const { world, memory, version, startedAt, now } = parts
  const { config } = world
  return {
    hosts: () => config().hosts,
    states: memory.hosts.states,
    ...{ version, startedAt, now },
    profiles: () => config().profiles.values(),
    hostOfMac: mac => {
      const parsed = parseMac(mac)
      return parsed && config().hostByMac.get(parsed)?.name
    },
    leases: () => [...memory.leases.all(), ...memory.leases6.all()],
    networks: () => showNetworks(parts),
    strangers: () =>
      parts.strangerRing
        .list()
        .filter(([mac]) => !world.hostOf(mac))
        .map(stranger => showStranger(stranger, parts)),
    callbacks: memory.deliveries.counts,
    notices: parts.unready,
    lastEvent: memory.events.lastId,
  }
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

/** The address of its lease, where it has no reservation: of IPv4, else of IPv6. */
function addressOf(host: Host, { world, memory, now }: HttpParts): IpAddress | undefined {
  for (const { mac } of host.nics) {
    for (const network of world.networks()) {
      const lease = memory.leases.byMac(network.name, mac)
      if (lease && isInForce(lease, now())) return lease.address
    }
  }
  return address6Of(host, { world, memory, now })
}

function address6Of(
  { nics }: Host,
  { world, memory, now }: Pick<HttpParts, 'world' | 'memory' | 'now'>,
): Ipv6 | undefined {
  for (const { name, ipv6 } of world.networks()) {
    if (!ipv6) continue
    for (const { mac } of nics) {
      const lease = memory.leases6.byClient(name, { mac, duid: '' })
      if (lease && isInForce(lease, now())) return lease.address
    }
  }
  return undefined
}
