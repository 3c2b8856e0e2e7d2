import { given } from '../base/given.ts'
import { failedBy } from './ends.ts'
import {
  isSilent,
  type Life,
  type LifeEvent,
  type LifeIn,
  type Rules,
  startIn,
  type Transition,
} from './life.ts'
import { type Reason, reasonWith } from './reason.ts'
import { type Start, startOf, type Which } from './start.ts'

/* How the start of a machine by its power goes on; see start.ts. */

type StartedLife = LifeIn<'pending' | 'booting'>

/** Its turn has come: from now on it counts as done, whatever becomes of us. */
export function beginStart(
  life: StartedLife,
  event: LifeEvent,
  _rules: Rules,
  now: number,
): Transition | undefined {
  const start = startIn(life)
  if (event.kind !== 'switching' || start?.step !== 'due' || !isSame(start, event)) return undefined
  const why: Reason = { code: 'start-begun', ...which(start) }
  return withStart(life, { ...which(start), step: 'begun', since: now }, why)
}

export function endStart(
  life: StartedLife,
  event: LifeEvent,
  _rules: Rules,
  now: number,
): Transition | undefined {
  const start = startIn(life)
  if (event.kind !== 'switched' || start?.step !== 'begun' || !isSame(start, event))
    return undefined
  const { outcome } = event
  if (outcome.ok) {
    const on = given('switchedOn', outcome.switchedOn)
    const why: Reason = { code: 'start-done', ...which(start), ...on }
    const done = { step: 'done', since: now, ...given('doubt', outcome.doubt) } as const
    return withStart(life, { ...which(start), ...done }, why)
  }
  const why: Reason = { code: 'not-started', because: outcome.why }
  if (start.again) return failedBy(life, why, true, now)
  const failed = { step: 'failed', since: now, why: outcome.why } as const
  return withStart(life, { ...which(start), ...failed }, why)
}

/** Its running system had the script of this attempt, and does not boot it: nobody will be heard of. */
export function endRefused(
  life: LifeIn<'booting'>,
  event: LifeEvent,
  _rules: Rules,
  now: number,
): Transition | undefined {
  if (event.kind !== 'switched' || event.outcome.ok || !isSilent(life) || life.start)
    return undefined
  const { why } = event.outcome
  if (event.attempt !== life.opened || !reasonWith(why, 'kexec-refused')) return undefined
  return failedBy(life, { code: 'not-started', because: why }, true, now)
}

/** It netboots, whoever has started it: a reset would only disturb it. */
export function hearStart(
  life: StartedLife,
  _event: LifeEvent,
  _rules: Rules,
  now: number,
): Transition | undefined {
  const start = startIn(life)
  if (!start || start.step === 'heard') return undefined
  const isTimed = start.step === 'done' || start.step === 'begun'
  const post = isTimed ? Math.ceil((now - start.since) / 1000) : undefined
  const why: Reason = { code: 'start-heard', attempt: start.attempt }
  const heard: Start = { ...which(start), step: 'heard', since: now }
  return withStart({ ...life, ...given('post', post) }, heard, why)
}

/** The first start came to nothing: once more, by off and on. */
export function startOver(
  life: StartedLife,
  event: LifeEvent,
  _rules: Rules,
  now: number,
): Transition | undefined {
  const start = startIn(life)
  if (!start || start.again || start.step === 'due' || event.kind !== 'late') return undefined
  const why: Reason = { code: 'start-waits', attempt: start.attempt, because: event.why }
  return {
    ...withStart(life, { attempt: start.attempt, again: true, step: 'due', since: now }, why),
    note: { kind: 'note', code: 'starts-over', data: { why: event.why } },
  }
}

/** The script was delivered, and nobody has spoken since: the next attempt is started by us. */
export function nextStart(
  life: LifeIn<'booting'>,
  event: LifeEvent,
  rules: Rules,
  now: number,
): Transition | undefined {
  if (!rules.power || life.alive || life.start || event.kind !== 'late') return undefined
  if (life.unanswered >= rules.attempts) return undefined
  const attempt = life.opened + 1
  const why: Reason = { code: 'start-waits', attempt, because: event.why }
  return {
    ...withStart(life, startOf(attempt, now), why),
    note: { kind: 'note', code: 'starts-next', data: { attempt, why: event.why } },
  }
}

/** The machine is switched off where its owner wants that, at most once. */
export function beginSwitchOff(life: LifeIn<'installed'>): Transition | undefined {
  return life.switchOff === 'due' ? { life: { ...life, switchOff: 'begun' } } : undefined
}

function withStart(life: StartedLife, start: Start, why: Reason): { readonly life: Life } {
  if (life.state === 'pending') return { life: { ...life, start, why } }
  if (!isSilent(life)) return { life }
  // What is heard then is a new boot.
  const rebooted = life.rebooted || start.step === 'heard'
  return { life: { ...life, start, rebooted, why } }
}

function which({ attempt, again }: Which): Which {
  return { attempt, again }
}

function isSame(one: Which, other: Which): boolean {
  return one.attempt === other.attempt && one.again === other.again
}
