import { given } from '../base/given.ts'
import {
  cameBackAt,
  gaveSign,
  type Life,
  type LifeEvent,
  type LifeIn,
  type Rules,
  type Transition,
} from './life.ts'
import { endOf, failureOf, isHeard, noteOf } from './life-reasons.ts'
import type { Reason } from './reason.ts'

/* How an install ends, as far as it does by this event. */

type Begun = 'booting' | 'installing' | 'verifying'

export function giveUp(
  life: LifeIn<'booting'>,
  _event: LifeEvent,
  rules: Rules,
  now: number,
): Transition | undefined {
  if (life.alive || life.unanswered < rules.attempts) return undefined
  return failedBy(life, { code: 'attempts-used-up', boots: life.unanswered }, true, now)
}

export function endOfInstall(
  life: LifeIn<'booting' | 'installing'>,
  event: LifeEvent,
  rules: Rules,
  now: number,
): Transition {
  const { verifyUp, verifySsh } = rules
  const isUp = life.state === 'installing' && life.up
  if ((verifyUp ?? verifySsh) === undefined || isUp) return installed(life, event, rules, now)
  const why: Reason = { code: 'waits-for-system', sign: verifyUp === undefined ? 'SSH' : 'up' }
  const ended = { since: now, attempt: life.attempt, alive: gaveSign(life), why }
  return { life: { state: 'verifying', ...ended, ...given('cameBack', cameBackAt(life)) } }
}

export function installed(
  life: LifeIn<Begun>,
  event: LifeEvent,
  rules: Rules,
  now: number,
): Transition {
  return { life: installedBy(life, endOf(event), rules, now), deploy: 'end', notify: 'installed' }
}

function installedBy(
  life: LifeIn<Begun | 'failed'>,
  why: Reason,
  { boot, power }: Rules,
  now: number,
): Life {
  const ended = { since: now, attempt: life.attempt, alive: gaveSign(life), why }
  // What is booted once works from now on.
  const isOver = power?.after === 'off' && boot !== 'once'
  return { state: 'installed', ...ended, ...(isOver && { switchOff: 'due' }) }
}

/** `boot: once` ends when the boot is delivered; what runs then (rescue, memtest) reports nothing. */
export function endOfOnce(
  life: LifeIn<'booting'>,
  event: LifeEvent,
  rules: Rules,
  now: number,
): Transition | undefined {
  if (rules.boot !== 'once') return undefined
  if (event.kind === 'script' && !life.rebooted && !event.newBoot) return undefined
  return { life: installedBy(life, { code: 'booted-once' }, rules, now), notify: 'installed' }
}

export function fail(
  life: LifeIn<Begun>,
  event: LifeEvent,
  _rules: Rules,
  now: number,
): Transition {
  return failedBy(life, failureOf(event), false, now)
}

export function failByTime(
  life: LifeIn<'pending' | Begun>,
  event: LifeEvent,
  _rules: Rules,
  now: number,
): Transition {
  return failedBy(life, event.kind === 'late' ? event.why : { code: 'timeout' }, true, now)
}

export function failedBy(
  life: LifeIn<'pending' | Begun>,
  why: Reason,
  byTime: boolean,
  now: number,
): Transition {
  const ended = { since: now, attempt: life.attempt, alive: gaveSign(life), why }
  return {
    life: { state: 'failed', ...ended, ...given('cameBack', cameBackAt(life)), byTime },
    deploy: 'end',
    notify: 'failed',
  }
}

/** The number of the attempt stays: what is told of the end says which it was. */
export function takeBack(
  { attempt }: LifeIn<'pending' | Begun>,
  event: LifeEvent,
  _rules: Rules,
  now: number,
): Transition {
  const why: Reason = { code: event.kind === 'removed' ? 'left-config' : 'cancelled' }
  return {
    life: { state: 'idle', since: now, attempt, why },
    deploy: 'end',
    revokes: true,
    notify: 'cancelled',
  }
}

export function lateEnd(
  life: LifeIn<'failed'>,
  event: LifeEvent,
  rules: Rules,
  now: number,
): Transition | undefined {
  if (!life.byTime || !isHeard(event)) return undefined
  return {
    life: installedBy(life, { code: 'late-end', event: event.kind }, rules, now),
    notify: 'installed',
    note: noteOf('late-end', event),
  }
}
