import { given } from '../base/given.ts'
import type { Reason } from './reason.ts'

/*
 * A machine whose power we have is started for its install by us: it is to boot from its network once, and
 * is reset. It lies in the life of its host, so what is due is on disk with the wish, and each reset is
 * `begun` on disk before it happens: at most one for each attempt, and one more by off and on where the
 * first came to nothing.
 */

/** Which start. */
export interface Which {
  /** The attempt that this boot is to become. */
  readonly attempt: number
  /** The second try, by off and on. */
  readonly again: boolean
}

/** How far a start is. */
export type Start = Which & {
  /** Since when; epoch milliseconds. */
  readonly since: number
} & (
    | { readonly step: 'due' | 'begun' | 'heard' }
    /** `doubt`: the BMC said yes and does not show it. */
    | { readonly step: 'done'; readonly doubt?: Reason }
    | { readonly step: 'failed'; readonly why: Reason }
  )

/** What an install was asked with that its starts need. */
export interface StartRules {
  /** Seconds in which the machine sends a DISCOVER. */
  readonly post: number
  readonly after?: 'off'
}

/** A machine that is to be switched off, since its install has ended. */
export type SwitchOff = 'due' | 'begun'

/** What became of a start that had begun. */
export type StartOutcome =
  | { readonly ok: true; readonly doubt?: Reason }
  | { readonly ok: false; readonly why: Reason }

/** A first start, which is due now. */
export function startOf(attempt: number, now: number): Start {
  return { attempt, again: false, step: 'due', since: now }
}

/** Seconds after which a start that failed is tried by off and on: a BMC may refuse while its machine is in POST. */
const restAfterFailure = 60
/** A POST that took so long before may take so many times as long today (memory tests, a new card). */
const slack = 3
/** Seconds that it is always given. */
const least = 60

/** Seconds in which the machine must send its DISCOVER: by what its POST took before, at most as the host says. */
function postOf(post: number | undefined, power: StartRules): number {
  if (post === undefined) return power.post
  return Math.min(power.post, Math.max(least, post * slack))
}

/** When the clock of a start runs out; `post` is how many seconds it took the last time. It stands still while the start waits for its turn. */
export function startDeadline(
  start: Start,
  post: number | undefined,
  rules: { readonly power?: StartRules; readonly bootTimeout: number },
  heardAt: number,
): { readonly at: number; readonly why: Reason } | undefined {
  if (!rules.power) return undefined
  const seconds = postOf(post, rules.power)
  const after = (from: number, time: number, why: Reason) => ({ at: from + time * 1000, why })
  switch (start.step) {
    case 'due':
      return undefined
    case 'begun':
      return after(start.since, seconds, { code: 'no-discover', seconds })
    case 'done':
      return after(start.since, seconds, {
        code: 'no-discover',
        seconds,
        ...given('because', start.doubt),
      })
    case 'failed':
      return after(start.since, restAfterFailure, { code: 'not-started', because: start.why })
    case 'heard': {
      const { bootTimeout } = rules
      return after(Math.max(start.since, heardAt), bootTimeout, {
        code: 'no-script-asked',
        seconds: bootTimeout,
      })
    }
  }
}
