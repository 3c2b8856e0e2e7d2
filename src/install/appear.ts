import type { KnownHost } from '../boot/decide.ts'
import type { ContentOf } from '../boot/event.ts'
import type { Host } from '../boot/host.ts'
import type { Install } from '../boot/install.ts'
import type { Refused } from '../boot/reason.ts'
import type { DaemonMemory } from '../store/memory.ts'
import type { Mac } from '../wire/address.ts'
import type { Memory } from './deps.ts'
import type { Overrides } from './spec.ts'

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
  return { ...known, due: true, why: { code: 'first-boot', host: host.name } }
}

/** What the first netboot of a host leads to, besides that it is known from then on. */
export interface FirstBoot {
  readonly install?: Install
  /** For its timeline. */
  readonly told?: ContentOf<'admin'>
}

/**
 * What a netboot makes of a host that was never seen before, under any name: where its profile says
 * `ask: first-boot`, its install is asked for. Undefined for a host that is known.
 */
export function firstBootOf(
  host: Host,
  { hosts, newInstall }: HostLookup & { newInstall(host: Host): Install | Refused },
): FirstBoot | undefined {
  if (hosts.has(host.name)) return undefined
  if (!isAskedAtFirst(host, hosts)) return {}
  const install = newInstall(host)
  if ('refused' in install) {
    const why = install.refused
    return { told: { kind: 'admin', code: 'first-boot-refused', data: { why } } }
  }
  return { install, told: { kind: 'admin', code: 'first-boot', data: {} } }
}

interface Appearing {
  readonly memory: Pick<DaemonMemory, 'hosts' | 'record'>
  readonly lives: {
    newInstall(host: Host, overrides: Overrides): Install | Refused
    begin(install: Install): void
  }
}

/** A host is answered for the first time. On an empty database all hosts count as seen. */
export function appear(host: Host, { memory, lives }: Appearing): void {
  const newInstall = (host: Host) => lives.newInstall(host, {})
  const first = firstBootOf(host, { hosts: memory.hosts, newInstall })
  if (!first) return
  know(host, memory)
  if (first.install) lives.begin(first.install)
  if (first.told) memory.record({ host: host.name, ...first.told })
}

/** A host and its cards count as seen. */
export function know(host: Host, { hosts }: HostRegister): void {
  hosts.know(host.name, macsOf(host))
}

type HostLookup = { readonly hosts: Pick<Memory['hosts'], 'has' | 'knowsMac'> }

type HostRegister = { readonly hosts: Pick<Memory['hosts'], 'know'> }

function isAskedAtFirst(host: Host, hosts: Pick<Memory['hosts'], 'knowsMac'>): boolean {
  return host.profile?.ask === 'first-boot' && !macsOf(host).some(hosts.knowsMac)
}

/** On an empty database all hosts count as seen; what a reload adds later is new. */
export function meetAll(hosts: Iterable<Host>, memory: DaemonMemory): void {
  memory.write(() => {
    for (const host of hosts) know(host, memory)
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
