import type { Host, Profile } from '../boot/host.ts'
import type { Attempt } from '../boot/install.ts'
import { unbootable } from '../boot/loaders/kind.ts'
import { sentenceOf } from '../boot/words/reason.ts'
import { type Mac, macWithHyphens } from '../wire/address.ts'
import type { InstallDeps } from './deps.ts'
import { doubtOf } from './integrity.ts'
import { prepareAttempt } from './prepare.ts'
import type { ScriptRequest } from './scripts.ts'
import { takeSpec } from './spec.ts'

/** A client that is no host of the config, and what it was given to boot. */
export interface Stranger {
  readonly host: Host
  readonly attempt: Attempt
  /** Names of answer files that are gone. */
  readonly burnt: Set<string>
}

/** Random MACs must not fill the memory: the oldest are forgotten. */
const kept = 1024

/** Clients that boot the profile of `unknownHosts`. They live in memory only. */
export function createStrangers(deps: InstallDeps) {
  const byMac = new Map<Mac, Stranger>()
  const byToken = new Map<string, Stranger>()

  return {
    byToken: (token: string): Stranger | undefined => byToken.get(token),

    /** What a stranger boots, or the sentence that says why nothing can be booted. */
    boot(
      profile: Profile,
      { mac, address, place, loader }: Omit<ScriptRequest, 'host'>,
    ): Stranger | { readonly refused: string } {
      const known = byMac.get(mac)
      const name = macWithHyphens(mac)
      const host: Host = { name, nics: [{ mac }], tags: [], vars: {}, profile }
      const spec = takeSpec(host, {}, deps)
      if ('refused' in spec) return spec
      const unable = unbootable(profile.kind ?? 'kernel', loader)
      if (unable !== undefined) return { refused: unable }
      const doubt = doubtOf(spec, deps)
      if (doubt) return { refused: sentenceOf(doubt.why) }
      const token = known?.attempt.token ?? deps.newToken()
      const boot = { token, number: 0, mac, address }
      try {
        const content = prepareAttempt(spec, boot, place, deps.render)
        const attempt = {
          ...boot,
          host: name,
          openedAt: deps.now(),
          void: false,
          burnt: [],
          content,
        }
        const stranger = { host, attempt, burnt: known?.burnt ?? new Set<string>() }
        byMac.set(mac, stranger)
        byToken.set(token, stranger)
        forgetOldest()
        return stranger
      } catch (error) {
        return { refused: error instanceof Error ? error.message : String(error) }
      }
    },
  }

  function forgetOldest(): void {
    const [oldest] = byMac
    if (byMac.size <= kept || !oldest) return
    byMac.delete(oldest[0])
    byToken.delete(oldest[1].attempt.token)
  }
}

export type Strangers = ReturnType<typeof createStrangers>
