import type { Host, Profile } from '../boot/host.ts'
import { unbootable } from '../boot/loaders/kind.ts'
import type { MenuContent } from '../boot/script.ts'
import { because } from '../boot/words/reason.ts'
import type { BootEffect } from './boot-effects.ts'
import { type BootAnswer, type BootFacts, local, type Question } from './boot-facts.ts'
import { newInstall } from './new-install.ts'

/** Seconds until the machine boots its disk. */
const seconds = 30

/** The profiles of a host's own menu. */
export function menuProfiles(host: Host, facts: Pick<BootFacts, 'profile'>): readonly Profile[] {
  const named = (name: string) => (host.profile?.name === name ? host.profile : facts.profile(name))
  return (host.menu ?? []).flatMap(name => named(name) ?? [])
}

/** The menu of a machine, of all that an install could be asked for now and that its loader can boot. */
export function offerMenu(
  offered: readonly Profile[],
  { mac, uuid, address, loader, place }: Question,
  facts: BootFacts,
  host?: Host,
): BootAnswer {
  const is = host && { host }
  if (!loader.menus) {
    return { ...is, told: local({ code: 'chosen-at-machine' }), effects: [] }
  }
  const profiles = offered.filter(
    profile =>
      unbootable(profile.kind ?? 'kernel', loader) === undefined &&
      (!host || !('refused' in newInstall(host, overriding(host, profile), facts))),
  )
  const who = host?.name ?? mac
  if (profiles.length === 0) {
    return { ...is, told: local({ code: 'nothing-to-choose', who }), effects: [] }
  }
  const shown = { mac, address, profiles, ...is, ...(uuid !== undefined && { uuid }) }
  const token = facts.shownMenu(shown) ?? facts.newToken()
  const content = menuContent(who, profiles, place, token)
  const effects: BootEffect[] = [{ kind: 'shown', menu: { ...shown, token } }]
  return { ...is, told: { kind: 'menu', ...because({ code: 'menu' }), content }, effects }
}

function menuContent(
  who: string,
  profiles: readonly Profile[],
  { serverUrl, others = [] }: Question['place'],
  token: string,
): MenuContent {
  const entries = profiles.map(({ name }) => ({ name, url: `${serverUrl}/menu/${token}/${name}` }))
  const menu = { kind: 'menu', title: `What to boot on ${who}`, seconds, entries } as const
  return { ...menu, ...(others.length > 0 && { others }) }
}

/** What an install with this profile differs in from the host's own. */
export function overriding(host: Host, profile: Profile): { profile?: Profile } {
  return host.profile?.name === profile.name ? {} : { profile }
}
