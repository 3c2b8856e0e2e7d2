import type { Host } from '../boot/host.ts'
import type { Parts } from '../daemon/parts.ts'
import type { DaemonMemory } from '../store/memory.ts'
import type { Mac } from '../wire/address.ts'

/**
 * A host netboots. One that was never seen before under any name, and whose profile says `ask: first-boot`, is asked
 * for by this. On an empty database all hosts of the config count as seen.
 */
export function appear(host: Host, { memory, lives }: Pick<Parts, 'memory' | 'lives'>): void {
  if (memory.hosts.get(host.name)) return
  const macs = macsOf(host)
  const isNew = !macs.some(memory.hosts.knowsMac)
  memory.hosts.know(host.name, macs)
  if (!isNew || host.profile?.ask !== 'first-boot') return
  const asked = lives.ask(host, {}, false)
  const text = asked.ok ? 'asked for at its first boot' : `not asked at first boot: ${asked.reason}`
  memory.record({ host: host.name, kind: 'admin', text })
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
