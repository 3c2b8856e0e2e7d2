import { bootSettingsOf } from './boot-settings.ts'
import type { KnownHost } from './decide.ts'
import type { Host, Profile } from './host.ts'
import { isDue, isRunning, type Life } from './life.ts'
import type { Reason } from './reason.ts'

/**
 * What the boot decision needs to know of a host in this life. `installing` is the profile of its last
 * install: while one is under way it may be another than the host's own, with another loader.
 */
export function knownOf(host: Host, life: Life, installing: Profile | undefined): KnownHost {
  const { name } = host
  const why: Reason = { code: 'host-state', host: name, state: life.state, why: life.why }
  if (isRunning(life)) {
    const isInstalling = life.state === 'booting' || life.state === 'installing'
    const settings = bootSettingsOf(host, installing)
    return { name, due: isDue(life), why, settings, ...(isInstalling && { isInstalling }) }
  }
  const settings = bootSettingsOf(host)
  if (host.menu) return { name, due: true, why: { code: 'host-menu', host: name }, settings }
  if (host.profile?.boot === 'always') {
    const why: Reason = { code: 'host-netboots', host: name, profile: host.profile.name }
    return { name, due: true, why, settings }
  }
  return { name, due: false, why, settings }
}
