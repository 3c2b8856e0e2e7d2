import type { Host } from '../boot/host.ts'
import type { Install, Spec } from '../boot/install.ts'
import type { Refused } from '../boot/reason.ts'
import type { Overrides } from './spec.ts'

interface Making {
  takeSpec(host: Host, overrides: Overrides): Spec | Refused
  /** Epoch milliseconds. */
  now(): number
  newId(now: number): string
}

/** The install that is asked for now, with all that it is made of; or why it cannot be asked for. */
export function newInstall(
  host: Host,
  overrides: Overrides,
  { takeSpec, now, newId }: Making,
): Install | Refused {
  const spec = takeSpec(host, overrides)
  if ('refused' in spec) return spec
  const { name: profile, boot, ask } = spec.profile
  if (boot === 'always') return { refused: { code: 'booted-always', profile } }
  if (ask === 'never') return { refused: { code: 'never-asked', profile } }
  const askedAt = now()
  return { id: newId(askedAt), host: host.name, profile, spec, askedAt }
}
