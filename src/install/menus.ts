import { remember } from '../base/bounded.ts'
import type { Host, Profile } from '../boot/host.ts'
import type { Mac } from '../wire/address.ts'
import type { IpAddress } from '../wire/ip-address.ts'

/** What a machine was shown: the profiles that may be chosen, under URLs of this token. */
export interface ShownMenu {
  readonly token: string
  readonly mac: Mac
  readonly address: IpAddress
  /** Undefined for a machine that is no host of the config. */
  readonly host?: Host
  readonly profiles: readonly Profile[]
  /** What the machine said when it asked for it. */
  readonly uuid?: string
}

/** What was chosen of it; `first` the first time that it is asked for. */
export interface MenuChoice extends ShownMenu {
  readonly profile: Profile
  readonly first: boolean
}

interface KeptMenu extends ShownMenu {
  readonly at: number
  readonly chosen?: Profile
}

/** Milliseconds for which a menu is good. */
const lifetime = 60 * 60 * 1000

/** Random MACs must not fill the memory: the oldest are forgotten. */
const kept = 1024

/**
 * Menus that machines were shown. A choice needs the token of its menu, which only the machine was
 * given, and counts once: no URL that is asked for again, by whomever, asks for a second install.
 */
export function createMenus(deps: { now(): number }) {
  const byToken = new Map<string, KeptMenu>()

  return {
    /** The token of the same menu, while nothing of it changes and nothing of it was chosen. */
    tokenOf({ mac, address, profiles, uuid }: Omit<ShownMenu, 'token'>): string | undefined {
      const names = namesOf(profiles)
      const isIt = (menu: KeptMenu) =>
        menu.mac === mac &&
        menu.address === address &&
        menu.uuid === uuid &&
        namesOf(menu.profiles) === names
      return [...byToken.values()].find(menu => !menu.chosen && isGood(menu) && isIt(menu))?.token
    },

    /** A menu was shown; one that is known already grows no younger. */
    show(menu: ShownMenu): void {
      if (byToken.has(menu.token)) return
      remember(byToken, menu.token, { ...menu, at: deps.now() }, kept)
    },

    /** What the URL of a choice stands for: the same profile again and again, no other. */
    choiceOf(token: string, name: string, address: IpAddress): MenuChoice | undefined {
      const menu = byToken.get(token)
      const profile = menu?.profiles.find(one => one.name === name)
      if (!menu || !profile || !isGood(menu) || menu.address !== address) return undefined
      if (menu.chosen && menu.chosen !== profile) return undefined
      return { ...menu, profile, first: menu.chosen === undefined }
    },

    chosen(token: string, profile: Profile): void {
      const menu = byToken.get(token)
      if (menu) byToken.set(token, { ...menu, chosen: profile })
    },
  }

  function isGood({ at }: KeptMenu): boolean {
    return deps.now() - at < lifetime
  }
}

function namesOf(profiles: readonly Profile[]): string {
  return profiles.map(({ name }) => name).join()
}

export type Menus = ReturnType<typeof createMenus>
