import type { KnownHost } from './decide.ts'
import type { Host, Profile } from './host.ts'
import { isDue, isRunning, type Life } from './life.ts'
import { waysOf } from './ways.ts'
import { sentenceOf } from './words/reason.ts'

/**
 * What the boot decision needs to know of a host in this life. `installing` is the profile of its last
 * install: while one is under way it may be another than the host's own, with another loader.
 */
export function knownOf(host: Host, life: Life, installing: Profile | undefined): KnownHost {
  const { name } = host
  const why = `is ${life.state}: ${sentenceOf(life.why)}`
  if (isRunning(life)) return { name, due: isDue(life), why, ways: waysOf(host, installing) }
  const ways = waysOf(host)
  if (host.menu) return { name, due: true, why: 'has a menu to choose from', ways }
  if (host.profile?.boot === 'always') {
    return { name, due: true, why: `netboots ${host.profile.name} at every boot`, ways }
  }
  return { name, due: false, why, ways }
}
