import { remember } from '../base/bounded.ts'
import type { Host } from '../boot/host.ts'
import type { Attempt } from '../boot/install.ts'
import type { Mac } from '../wire/address.ts'

/** A client that is no host of the config, and what it was given to boot. */
export interface Stranger {
  readonly host: Host
  readonly attempt: Attempt
  /** Names of answer files that are gone. */
  readonly burnt: Set<string>
  /** What the agent said of it. */
  readonly facts?: unknown
  /** When the agent asked last what it is to do; epoch milliseconds. */
  readonly askedAt?: number
}

/** Random MACs must not fill the memory: who booted longest ago is forgotten. */
const kept = 1024

/** Clients that boot the profile of `unknownHosts`. They live in memory only. */
export function createStrangers() {
  const byMac = new Map<Mac, Stranger>()
  const byToken = new Map<string, Stranger>()

  const keep = (stranger: Stranger): void => {
    const { mac, token } = stranger.attempt
    byToken.set(token, stranger)
    const forgotten = remember(byMac, mac, stranger, kept)
    if (forgotten) byToken.delete(forgotten[1].attempt.token)
  }

  return {
    byToken: (token: string): Stranger | undefined => byToken.get(token),
    byMac: (mac: Mac): Stranger | undefined => byMac.get(mac),

    keep,

    /** Something was heard of it. */
    heard(token: string, what: Pick<Stranger, 'facts' | 'askedAt'>): void {
      const stranger = byToken.get(token)
      if (stranger) keep({ ...stranger, ...what })
    },
  }
}

export type Strangers = ReturnType<typeof createStrangers>
