import type { Host } from '../boot/host.ts'
import type { Attempt } from '../boot/install.ts'
import { idle } from '../boot/life.ts'
import type { InstallDeps } from './deps.ts'
import type { Lives } from './life.ts'

/** A token is good until the next install, and for at most this many seconds. */
export const tokenLife = 7 * 24 * 3600

/** Which attempt a token is of, and which of an install's attempts is the one that runs. */
export function createLiveAttempts(deps: InstallDeps, lives: Lives) {
  const { memory } = deps
  const isNewest = ({ host, install, token }: Attempt): boolean =>
    memory.installs.currentAttempt(host, install)?.token === token

  return {
    /** Undefined for a token that is good no more. */
    byToken(token: string): Attempt | undefined {
      const attempt = memory.installs.attempt(token)
      if (!attempt || attempt.void) return undefined
      return deps.now() - attempt.openedAt > tokenLife * 1000 ? undefined : attempt
    },

    /** The host as it was when its install was asked for. */
    hostOf({ install: id, host }: Attempt): Host | undefined {
      const install = id === undefined ? undefined : memory.installs.get(id)
      return install?.spec.host ?? deps.host(host)
    },

    /** An earlier boot runs where no later one has given a sign of life: somebody else asked in between. */
    mayRun(attempt: Attempt): boolean {
      if (isNewest(attempt)) return true
      const record = memory.hosts.get(attempt.host)
      const { state, alive } = record?.life ?? idle
      return record?.install === attempt.install && state === 'booting' && !alive
    },

    /** It has given a sign of life: later ones are void. */
    takeOver(attempt: Attempt): void {
      if (isNewest(attempt)) return
      memory.installs.voidAttemptsAfter(attempt)
      lives.apply(attempt.host, { kind: 'living', attempt: attempt.number })
    },
  }
}
