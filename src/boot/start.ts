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
  | { readonly ok: true; readonly switchedOn?: true; readonly doubt?: Reason }
  | { readonly ok: false; readonly why: Reason }

/** A first start, which is due now. */
export function startOf(attempt: number, now: number): Start {
  return { attempt, again: false, step: 'due', since: now }
}
