import { didYouMean } from '../base/nearest.ts'
import type { Host, UnknownHosts } from '../boot/host.ts'
import { agentConsoles, agentFiles, agentLack } from './agent.ts'
import type { Subject } from './booting-hosts.ts'
import { fileProblem } from './check/files.ts'
import type { Mistake } from './check/mistake.ts'
import { strangersMenu } from './menus.ts'
import {
  type ProfileContext,
  type ResolvedProfile,
  resolveProfiles,
  sayNothingToBoot,
} from './profiles.ts'
import type { RawConfig } from './schema/config.ts'
import type { RawProfile } from './schema/profile.ts'

/** What machines get that are no hosts, and all that they may boot. */
export interface ResolvedUnknown {
  readonly unknownHosts?: UnknownHosts
  readonly subjects: readonly Subject[]
  /** What may come later. */
  readonly lacks: readonly Mistake[]
}

/** What the agent is told that nobody knows; it says on every screen who it is. */
const discover: RawProfile = {
  kernel: agentFiles.kernel,
  initrd: [agentFiles.initrd],
  cmdline: `${agentConsoles} agent=discover`,
  boot: 'always',
}

/** What `unknownHosts` says. */
export function resolveUnknownHosts(
  raw: RawConfig['unknownHosts'],
  profiles: ReadonlyMap<string, ResolvedProfile>,
  around: ProfileContext,
): ResolvedUnknown {
  if (raw === undefined) return { subjects: [], lacks: [] }
  if (raw === 'discover') return discovering(around)
  if (typeof raw === 'string') return { unknownHosts: { kind: raw }, subjects: [], lacks: [] }
  const one = unknownProfile(raw, profiles, around)
  const menu = strangersMenu(raw.menu ?? [], profiles, around)
  const subjects = [one, ...menu].flatMap(unknownSubject)
  const chosen = menu.flatMap(({ profile }) => profile ?? [])
  if (chosen.length > 0)
    return { unknownHosts: { kind: 'menu', profiles: chosen }, subjects, lacks: [] }
  const profile = one?.profile
  return { ...(profile && { unknownHosts: { kind: 'profile', profile } }), subjects, lacks: [] }
}

function discovering(around: ProfileContext): ResolvedUnknown {
  const resolved = resolveProfiles({ discover }, around).get('discover')
  const profile = resolved?.profile
  if (!profile) return { subjects: [], lacks: [] }
  const problem = fileProblem(profile.kernel)
  return {
    unknownHosts: { kind: 'discover', profile },
    subjects: unknownSubject(resolved),
    lacks: problem === undefined ? [] : [lack(agentLack(problem))],
  }
}

function lack(message: string): Mistake {
  return { severity: 'warning', path: ['unknownHosts'], message }
}

function unknownProfile(
  { profile: name, menu }: Exclude<NonNullable<RawConfig['unknownHosts']>, string>,
  profiles: ReadonlyMap<string, ResolvedProfile>,
  { profileNames, report }: ProfileContext,
): ResolvedProfile | undefined {
  const path = ['unknownHosts', 'profile']
  if ((name === undefined) === (menu === undefined)) {
    report(['unknownHosts'], 'says what machines get by `profile` or by `menu`: write one of them')
  }
  if (name === undefined) return undefined
  const found = profiles.get(name)
  if (!found) {
    if (profileNames.has(name)) return undefined
    report(path, `there is no profile "${name}"${didYouMean(name, profileNames)}`)
  } else if (!found.profile) {
    sayNothingToBoot(name, report)
  } else if (found.profile.boot !== 'always') {
    const why = 'a machine that the config does not know is never installed'
    report(
      path,
      `profile ${name} is \`boot: ${found.profile.boot}\`; ${why}: write \`boot: always\``,
    )
  } else if (found.required.length > 0) {
    report(
      path,
      `profile ${name} requires vars (${found.required.join(', ')}) that nobody gives here`,
    )
  } else return found
  return undefined
}

/** The templates of such a profile are rendered for a machine without a name of its own. */
function unknownSubject(resolved: ResolvedProfile | undefined): Subject[] {
  if (!resolved?.profile) return []
  const host: Host = { name: 'unknown', nics: [], tags: [], vars: {}, profile: resolved.profile }
  return [{ host, resolved }]
}
