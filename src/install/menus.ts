import type { Host, Profile } from '../boot/host.ts'
import type { Ipv4, Mac } from '../wire/address.ts'

/** What a machine was shown: the profiles that may be chosen, under URLs of this token. */
export interface Menu {
  readonly token: string
  readonly mac: Mac
  /** Undefined for a machine that is no host of the config. */
  readonly host?: Host
  readonly profiles: readonly Profile[]
}

/** Where it was shown. */
export interface Shown {
  readonly mac: Mac
  readonly address: Ipv4
  readonly host?: Host
  readonly profiles: readonly Profile[]
}

interface Kept extends Menu {
  readonly address: Ipv4
  readonly at: number
  chosen?: Profile
}

/** Milliseconds for which a menu is good. */
const lifetime = 60 * 60 * 1000

/** Random MACs must not fill the memory: the oldest are forgotten. */
const kept = 1024

/**
 * Menus that machines were shown. A choice needs the token of its menu, which only the machine was
 * given, and counts once: no URL that is asked for again, by whomever, asks for a second install.
 */
export function createMenus(deps: { now(): number; newToken(): string }) {
  const byToken = new Map<string, Kept>()

  return {
    /** The menu of a machine; the same while nothing of it changes, so that its script stays the same. */
    show({ mac, address, host, profiles }: Shown): Menu {
      const names = ({ profiles }: Pick<Menu, 'profiles'>) =>
        profiles.map(({ name }) => name).join()
      const fresh = [...byToken.values()].find(
        menu =>
          menu.mac === mac &&
          menu.address === address &&
          !menu.chosen &&
          isGood(menu) &&
          names(menu) === names({ profiles }),
      )
      if (fresh) return fresh
      const menu = {
        ...{ token: deps.newToken(), mac, address, profiles, at: deps.now() },
        ...(host && { host }),
      }
      byToken.set(menu.token, menu)
      forgetOldest()
      return menu
    },

    /** What is chosen by a URL: `first` the first time, and the same again for the same profile. */
    choose(
      token: string,
      name: string,
      address: Ipv4,
    ): (Menu & { readonly profile: Profile; readonly first: boolean }) | undefined {
      const menu = byToken.get(token)
      const profile = menu?.profiles.find(one => one.name === name)
      if (!menu || !profile || !isGood(menu) || menu.address !== address) return undefined
      if (menu.chosen && menu.chosen !== profile) return undefined
      const first = menu.chosen === undefined
      menu.chosen = profile
      return { ...menu, profile, first }
    },
  }

  function isGood({ at }: Kept): boolean {
    return deps.now() - at < lifetime
  }

  function forgetOldest(): void {
    const [oldest] = byToken.keys()
    if (byToken.size > kept && oldest !== undefined) byToken.delete(oldest)
  }
}

export type Menus = ReturnType<typeof createMenus>
