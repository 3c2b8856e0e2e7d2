import type { Host } from '../boot/host.ts'
import type { PowerHeard, PowerState } from '../boot/power.ts'
import type { Reason } from '../boot/reason.ts'

export interface HeardPowerDeps {
  /** Epoch milliseconds. */
  wallClock(): number
  /** Called when something was heard of a host's power. */
  changed?(host: string): void
}

type PowerAnswered =
  | { readonly ok: true; readonly state: PowerState }
  | { readonly ok: false; readonly why: Reason }
  | undefined

/** What was heard of the power of machines, whoever asked; kept in memory, since it is asked for again. */
export interface HeardPower {
  of(host: Host): PowerHeard | undefined
  /** Keeps what it was answered, where it was asked, and returns that. */
  note<T extends PowerAnswered>(host: Host, answer: T): T
  /** Forgets all others: their hosts have left the config. */
  keepOnly(hosts: readonly Host[]): void
}

export function createHeardPower({ wallClock, changed }: HeardPowerDeps): HeardPower {
  const all = new Map<string, { readonly way: string; readonly heard: PowerHeard }>()
  return {
    of(host) {
      const last = all.get(host.name)
      // Of the BMC that it had before the config was changed nothing is told.
      return last?.way === wayOf(host) ? last.heard : undefined
    },
    note(host, answer) {
      if (!answer || !host.power) return answer
      const at = wallClock()
      const { ok } = answer
      const heard = ok ? { at, ok, state: answer.state } : { at, ok, why: answer.why }
      all.set(host.name, { way: wayOf(host), heard })
      changed?.(host.name)
      return answer
    },
    keepOnly(hosts) {
      const names = new Set(hosts.map(({ name }) => name))
      for (const name of all.keys()) if (!names.has(name)) all.delete(name)
    },
  }
}

function wayOf({ power }: Host): string {
  return power ? JSON.stringify([power.by, power.address, power.system, power.outlet]) : ''
}
