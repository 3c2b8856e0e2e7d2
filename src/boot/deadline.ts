import { given } from '../base/given.ts'
import { type Life, type LifeIn, type LivingBoot, type Rules, startIn } from './life.ts'
import type { Reason } from './reason.ts'
import type { Start, StartRules } from './start.ts'

/** Seconds after it came back in the middle that an installing machine may still say `done`. */
const cameBackGrace = 600
/** Seconds after which a start that failed is tried by off and on: a BMC may refuse while its machine is in POST. */
const restAfterFailure = 60
/** A POST that took so long before may take so many times as long today (memory tests, a new card). */
const slack = 3
/** Seconds that it is always given. */
const least = 60

/** When a clock runs out, in epoch milliseconds, and what that means. */
interface Deadline {
  readonly at: number
  readonly why: Reason
}

/**
 * When the clock of a life runs out, and what that means. `heardAt` is when we last sent it bytes, or did
 * something to its power: a machine that is still downloading is not silent, and one that a slow BMC switches off
 * and on was not started yet. Epoch milliseconds.
 */
export function deadline(life: Life, rules: Rules, heardAt: number): Deadline | undefined {
  const start = startIn(life)
  if (start) return deadlineOfStart(start, life.post, rules, heardAt)
  switch (life.state) {
    case 'pending':
      return after(life.since, rules.expires, { code: 'expired' })
    case 'booting':
      if (life.alive) return deadlineOfInstaller(life, rules)
      return after(Math.max(life.since, heardAt), rules.bootTimeout, {
        code: 'boot-timeout',
        boots: life.unanswered,
      })
    case 'installing':
      return deadlineOfInstaller(life, rules)
    case 'verifying':
      return deadlineOfVerify(life, rules)
    default:
      return undefined
  }
}

/** Seconds in which the machine must send its DISCOVER: by what its POST took before, at most as the host says. */
function postOf(post: number | undefined, power: StartRules): number {
  if (post === undefined) return power.post
  return Math.min(power.post, Math.max(least, post * slack))
}

/**
 * The clock of a start stands still while it waits for its turn. `post` is how many seconds its POST took the
 * last time.
 */
function deadlineOfStart(
  start: Start,
  post: number | undefined,
  { power, bootTimeout }: Rules,
  heardAt: number,
): Deadline | undefined {
  if (!power) return undefined
  const seconds = postOf(post, power)
  switch (start.step) {
    case 'due':
      return undefined
    case 'begun':
      return after(Math.max(start.since, heardAt), seconds, { code: 'no-discover', seconds })
    case 'done':
      return after(start.since, seconds, {
        code: 'no-discover',
        seconds,
        ...given('because', start.doubt),
      })
    case 'failed':
      return after(start.since, restAfterFailure, { code: 'not-started', because: start.why })
    case 'heard':
      return after(Math.max(start.since, heardAt), bootTimeout, {
        code: 'no-script-asked',
        seconds: bootTimeout,
      })
  }
}

/** Either sign will do, so the longer time counts. */
function deadlineOfVerify(life: LifeIn<'verifying'>, rules: Rules): Deadline {
  const { verifyUp, verifySsh } = rules
  const signs = [
    ...(verifyUp === undefined ? [] : ['up']),
    ...(verifySsh === undefined ? [] : ['SSH']),
  ]
  const longest = Math.max(verifyUp ?? 0, verifySsh ?? 0)
  return after(life.since, longest, { code: 'never-came-back', signs })
}

function deadlineOfInstaller(
  life: LivingBoot | LifeIn<'installing'>,
  rules: Rules,
): Deadline | undefined {
  const whole = after(life.since, rules.timeout, { code: 'timeout' })
  const isInstalling = life.state === 'installing'
  const isWaiting = isInstalling && life.waits === true
  const isUp = isInstalling && life.up
  const waits = isWaiting ? undefined : whole
  // A deploy ends by itself, by its time, or when its boot proves itself no more. One packet with the
  // machine's MAC, which anybody on the link can send, must not end it.
  const deploys = isInstalling && rules.deploy !== undefined && !isWaiting
  if (life.cameBack === undefined || isUp || deploys) return waits
  const back = after(life.cameBack, cameBackGrace, { code: 'came-back-silent' })
  return waits && waits.at <= back.at ? waits : back
}

function after(from: number, seconds: number, why: Reason): Deadline {
  return { at: from + seconds * 1000, why }
}
