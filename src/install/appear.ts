import type { KnownHost } from '../boot/decide.ts'
import type { Host } from '../boot/host.ts'
import type { Parts } from '../daemon/parts.ts'
import type { DaemonMemory } from '../store/memory.ts'
import type { Mac } from '../wire/address.ts'

/**
 * Whether an answer to a host makes it {@link appear}: nothing was answered to it since it is in the
 * config. What is asked for at its first boot waits for one: its system may lease an address before.
 */
export function isYetToAppear(
  host: Host,
  netboots: boolean,
  { hosts }: Pick<DaemonMemory, 'hosts'>,
): boolean {
  if (!netboots && host.profile?.ask === 'first-boot') return false
  return !hosts.has(host.name)
}

/** What will be known of a host once it has appeared, if that leads to an install. */
export function asItAppears(
  host: Host,
  known: KnownHost,
  { hosts }: Pick<DaemonMemory, 'hosts'>,
): KnownHost {
  if (!isAskedAtFirst(host, hosts)) return known
  return { ...known, due: true, why: 'boots for the first time' }
}

/**
 * A host is answered. One that was never seen before under any name, and whose profile says
 * `ask: first-boot`, is asked for by this. On an empty database all hosts of the config count as seen.
 */
export function appear(host: Host, { memory, lives }: Pick<Parts, 'memory' | 'lives'>): void {
  if (memory.hosts.has(host.name)) return
  const isAsked = isAskedAtFirst(host, memory.hosts)
  memory.hosts.know(host.name, macsOf(host))
  if (!isAsked) return
  const asked = lives.ask(host, {}, false)
  const text = asked.ok ? 'asked for at its first boot' : `not asked at first boot: ${asked.reason}`
  memory.record({ host: host.name, kind: 'admin', text })
}

function isAskedAtFirst(host: Host, hosts: DaemonMemory['hosts']): boolean {
  return host.profile?.ask === 'first-boot' && !macsOf(host).some(hosts.knowsMac)
}

/** On an empty database all hosts count as seen; what a reload adds later is new. */
export function meetAll(hosts: Iterable<Host>, memory: DaemonMemory): void {
  memory.write(() => {
    for (const host of hosts) memory.hosts.know(host.name, macsOf(host))
    memory.settle()
  })
}

/** A card that was added to a known host is known too, whatever the host is called later. */
export function meetNewCards(hosts: Iterable<Host>, memory: DaemonMemory): void {
  for (const host of hosts) {
    const macs = macsOf(host)
    if (macs.every(memory.hosts.knowsMac) || !memory.hosts.get(host.name)) continue
    memory.hosts.know(host.name, macs)
  }
}

function macsOf(host: Host): Mac[] {
  return host.nics.map(({ mac }) => mac)
}
