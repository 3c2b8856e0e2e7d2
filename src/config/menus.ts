import { didYouMean } from '../base/nearest.ts'
import type { Profile } from '../boot/host.ts'
import type { Path, Report } from './check/mistake.ts'
import { nothingToBoot, type ProfileContext, type ResolvedProfile } from './profiles.ts'

type Profiles = ReadonlyMap<string, ResolvedProfile>

/** What a host's menu may offer: what it says, or all that can be asked for; what erases disks only where it is named. */
export function menuOf(
  { layers: { keys, from } }: ResolvedProfile,
  profiles: Profiles,
  around: ProfileContext,
): string[] | undefined {
  const path = from.get('menu') ?? []
  if (keys.boot !== 'menu') {
    if (keys.menu) around.report(path, 'is for `boot: menu`', true)
    return undefined
  }
  if (!keys.menu) {
    const all = [...profiles].flatMap(([name, { profile }]) => (profile ? [{ name, profile }] : []))
    const offered = all.filter(
      ({ profile }) => whyNotAsked(profile) === undefined && !profile.erase,
    )
    return offered.map(({ name }) => name)
  }
  return namedIn(keys.menu, path, profiles, around, whyNotAsked).map(({ name }) => name)
}

/** The profiles of the menu of machines that are no hosts. */
export function strangersMenu(
  names: readonly string[],
  profiles: Profiles,
  around: ProfileContext,
): ResolvedProfile[] {
  const path = ['unknownHosts', 'menu']
  const found = namedIn(names, path, profiles, around, ({ boot }) =>
    boot === 'install'
      ? 'installs, and a machine that the config does not know is never installed'
      : undefined,
  )
  return found.flatMap(({ name, at }) => {
    const resolved = profiles.get(name)
    const { required = [] } = resolved ?? {}
    if (resolved && required.length === 0) return resolved
    around.report(at, `requires vars (${required.join(', ')}) that nobody gives here`)
    return []
  })
}

function namedIn(
  names: readonly string[],
  path: Path,
  profiles: Profiles,
  { profileNames, report }: { profileNames: ReadonlySet<string>; report: Report },
  whyNot: (profile: Profile) => string | undefined,
): { name: string; at: Path }[] {
  return names.flatMap((name, i) => {
    const at = [...path, i]
    const found = profiles.get(name)
    if (!found && profileNames.has(name)) return []
    const why = !found
      ? `there is no profile "${name}"${didYouMean(name, profileNames)}`
      : !found.profile
        ? `${name} ${nothingToBoot}`
        : whyNot(found.profile)
    if (why === undefined) return { name, at }
    report(at, found?.profile ? `${name} ${why}` : why)
    return []
  })
}

/** As the API would refuse it. */
function whyNotAsked({ boot, ask }: Profile): string | undefined {
  if (boot === 'always') return 'is booted always: there is nothing to ask for'
  return ask === 'never' ? 'says `ask: never`, so nobody may ask for it' : undefined
}
