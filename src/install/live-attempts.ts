import type { Host } from '../boot/host.ts'
import { type Attempt, type NewAttempt, rulesOf } from '../boot/install.ts'
import { idle, isSilent } from '../boot/life.ts'
import { nextState } from '../boot/next-state.ts'
import type { InstallDeps } from './deps.ts'
import type { Lives } from './life.ts'
import type { Scripts } from './scripts.ts'

/** A token is good until the next install, and for at most this many seconds. */
export const tokenLife = 7 * 24 * 3600

/** Which attempt a token is of, and which of an install's attempts is the one that runs. */
export function createLiveAttempts(
  deps: InstallDeps,
  lives: Lives,
  scripts: Pick<Scripts, 'netboots'>,
) {
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

    /**
     * The machine that an attempt was prepared for has it, as it shows by its token: the attempt begins,
     * unless the install went another way since.
     */
    begin({ prepared: _, ...attempt }: Attempt): void {
      const { host, install, number } = attempt
      memory.write(() => {
        if (install === undefined) {
          memory.installs.voidAttempts(host)
          scripts.netboots(host)
        } else if (!isNext(attempt, deps)) return
        lives.apply(host, { kind: 'script', newBoot: true })
        if (install !== undefined) deps.logins.keep({ install, attempt: number })
        memory.installs.addAttempt(attempt)
      })
    },

    /** An earlier boot runs where no later one has given a sign of life: somebody else asked in between. */
    mayRun(attempt: Attempt): boolean {
      if (attempt.prepared) return false
      if (isNewest(attempt)) return true
      const record = memory.hosts.get(attempt.host)
      const life = record?.life ?? idle
      return record?.install === attempt.install && isSilent(life)
    },

    /** It has given a sign of life: later ones are void. */
    takeOver(attempt: Attempt): void {
      if (isNewest(attempt)) return
      memory.installs.voidAttemptsAfter(attempt)
      lives.apply(attempt.host, { kind: 'living', attempt: attempt.number })
    },
  }
}

/** Whether the next boot of its install is this one. */
function isNext({ host, install: id, number }: NewAttempt, { memory, now }: InstallDeps): boolean {
  const record = memory.hosts.get(host)
  const install = id === undefined ? undefined : memory.installs.get(id)
  if (!install || !record || record.install !== id) return false
  const event = { kind: 'script', newBoot: true } as const
  const step = nextState(record.life, event, rulesOf(install.spec), now())
  return step?.opens === true && step.life.attempt === number
}
