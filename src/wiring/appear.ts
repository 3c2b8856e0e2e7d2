import type { Host } from '../boot/host.ts'
import type { Parts } from './http-deps.ts'

/**
 * A host netboots. One that was never seen before, and whose profile says `ask: first-boot`, is asked
 * for by this. On an empty database all hosts of the config count as seen.
 */
export function appear(host: Host, { memory, lives }: Pick<Parts, 'memory' | 'lives'>): void {
  if (memory.hosts.get(host.name)) return
  memory.hosts.know(host.name)
  if (host.profile?.ask !== 'first-boot') return
  const asked = lives.ask(host, {}, false)
  const text = asked.ok ? 'asked for at its first boot' : `not asked at first boot: ${asked.reason}`
  memory.record({ host: host.name, kind: 'admin', text })
}
