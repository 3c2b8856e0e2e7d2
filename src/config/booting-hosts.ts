import type { Host } from '../boot/host.ts'
import type { Mistake, Path } from './check/mistake.ts'
import type { ResolvedHost } from './hosts.ts'
import type { ResolvedProfile } from './profiles.ts'

/** A profile as one host boots it. */
export interface Subject {
  readonly host: Host
  readonly resolved: ResolvedProfile
}

/** Every host that boots something. */
export function subjectsOf(hosts: Iterable<ResolvedHost>): Subject[] {
  return [...hosts].flatMap(({ host, resolved }) => (resolved?.profile ? [{ host, resolved }] : []))
}

/** Mistakes that many hosts have in common, each kept once with its hosts. */
export interface Shared {
  add(path: Path, message: string, host?: string): void
  /** Errors name their hosts in the sentence; warnings carry them. */
  mistakes(severity: Mistake['severity']): Mistake[]
}

export function sharedMistakes(): Shared {
  const found = new Map<string, { path: Path; message: string; hosts: string[] }>()
  return {
    add(path, message, host) {
      const key = `${path.join('\0')}\0\0${message}`
      const entry = found.get(key) ?? { path, message, hosts: [] }
      if (host !== undefined) entry.hosts.push(host)
      found.set(key, entry)
    },
    mistakes: severity =>
      [...found.values()].map(({ path, message, hosts }) =>
        severity === 'error'
          ? { severity, path, message: message + named(hosts) }
          : { severity, path, message, ...(hosts.length > 0 ? { hosts } : {}) },
      ),
  }
}

function named([first, ...others]: readonly string[]): string {
  if (first === undefined) return ''
  return others.length === 0 ? ` (host ${first})` : ` (host ${first} and ${others.length} more)`
}
