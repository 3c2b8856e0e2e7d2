import {
  cameBackAt,
  gaveSign,
  isSilent,
  type Life,
  type LifeEvent,
  type LifeIn,
  type LivingBoot,
  type Rules,
  type Step,
} from './life.ts'
import { endOf, failureOf, isHeard, noteOf } from './life-reasons.ts'
import type { Reason } from './reason.ts'

/* The ways from a life by an event to the next; undefined where one does not apply. */

type Begun = 'booting' | 'installing' | 'verifying'

/** Whatever ran before is over: its token is void and its deploy is ended. */
export function wish(_life: Life, _event: LifeEvent, _rules: Rules, now: number): Step {
  return {
    life: { state: 'pending', since: now, attempt: 0, why: { code: 'install-asked' } },
    deploy: 'end',
    revokes: true,
    notify: 'asked',
  }
}

export function openAttempt(
  life: LifeIn<'pending' | 'booting'>,
  _event: LifeEvent,
  { attempts: most }: Rules,
  now: number,
): Step {
  const attempt = (life.state === 'booting' ? life.opened : life.attempt) + 1
  const unanswered = (isSilent(life) ? life.unanswered : 0) + 1
  return {
    life: {
      ...{ state: 'booting', since: now, attempt, opened: attempt, rebooted: false },
      ...{ alive: false, unanswered },
      why: { code: 'script-delivered', attempt, boot: unanswered, most },
    },
    opens: true,
  }
}

export function giveUp(
  life: LifeIn<'booting'>,
  _event: LifeEvent,
  rules: Rules,
  now: number,
): Step | undefined {
  if (life.alive || life.unanswered < rules.attempts) return undefined
  return failedBy(life, { code: 'attempts-used-up', boots: life.unanswered }, true, now)
}

export function signOfLife(
  life: LifeIn<'booting'>,
  _event: LifeEvent,
  _rules: Rules,
  now: number,
): Step | undefined {
  return life.alive ? undefined : { life: living(life, now) }
}

function living({ state, attempt, opened, rebooted }: LifeIn<'booting'>, now: number): LivingBoot {
  const why: Reason = { code: 'installer-alive', attempt }
  return { state, since: now, attempt, opened, rebooted, alive: true, why }
}

export function startInstall(
  life: LifeIn<'booting'>,
  _event: LifeEvent,
  rules: Rules,
  now: number,
): Step {
  const by = rules.deploy ? 'deploy' : 'installer'
  return {
    life: {
      ...{ state: 'installing', since: now, attempt: life.attempt, opened: life.opened },
      ...backOf(life),
      ...(rules.deploy === 'command' && { waits: true }),
      up: false,
      why: { code: 'installer-ready', by },
    },
    ...(rules.deploy && { deploy: 'start' as const }),
    notify: 'ready',
  }
}

/** The clock of the install begins now: waiting for a free place does not count. */
export function startDeploy(
  life: LifeIn<'installing'>,
  _event: LifeEvent,
  _rules: Rules,
  now: number,
): Step | undefined {
  if (!life.waits) return undefined
  const { waits: _, ...rest } = life
  return { life: { ...rest, since: now } }
}

/** A command that installs is asked for the end; what the installer says meanwhile is noted. */
export function leftToDeploy(
  life: LifeIn<'booting' | 'installing'>,
  event: LifeEvent,
  rules: Rules,
  now: number,
): Step | undefined {
  if (rules.deploy !== 'command') return undefined
  const { cameBack, ...heard } = isSilent(life) ? living(life, now) : life
  // Who came back and says that it is done has done what the 10 minutes are for.
  const waits = cameBack !== undefined && event.kind === 'again'
  return {
    life: waits ? { ...heard, cameBack } : heard,
    ...(isHeard(event) && { note: noteOf('deploy-decides', event) }),
  }
}

export function endOfInstall(
  life: LifeIn<'booting' | 'installing'>,
  event: LifeEvent,
  rules: Rules,
  now: number,
): Step {
  const { verifyUp, verifySsh } = rules
  const isUp = life.state === 'installing' && life.up
  if ((verifyUp ?? verifySsh) === undefined || isUp) return installed(life, event, rules, now)
  const why: Reason = { code: 'waits-for-system', sign: verifyUp === undefined ? 'SSH' : 'up' }
  const ended = { since: now, attempt: life.attempt, alive: gaveSign(life), why }
  return { life: { state: 'verifying', ...ended, ...backOf(life) } }
}

export function installed(life: LifeIn<Begun>, event: LifeEvent, _rules: Rules, now: number): Step {
  return { life: installedBy(life, endOf(event), now), deploy: 'end', notify: 'installed' }
}

function installedBy(life: LifeIn<Begun | 'failed'>, why: Reason, now: number): Life {
  return { state: 'installed', since: now, attempt: life.attempt, alive: gaveSign(life), why }
}

/** The machine rebooted into its new system while deploy still finishes its work here. */
export function upBeforeDeployed(
  life: LifeIn<'installing'>,
  _event: LifeEvent,
  rules: Rules,
): Step | undefined {
  if (rules.deploy !== 'command') return undefined
  return {
    life: { ...life, up: true },
    note: { kind: 'note', code: 'up-before-deployed', data: {} },
  }
}

/** `boot: once` ends when the boot is delivered; what runs then (rescue, memtest) reports nothing. */
export function endOfOnce(
  life: LifeIn<'booting'>,
  event: LifeEvent,
  rules: Rules,
  now: number,
): Step | undefined {
  if (rules.boot !== 'once') return undefined
  if (event.kind === 'script' && !life.rebooted && !event.newBoot) return undefined
  return { life: installedBy(life, { code: 'booted-once' }, now), notify: 'installed' }
}

/** The installer itself asks to be netbooted once more. */
export function bootAgain(
  { attempt, opened }: LifeIn<'booting' | 'installing'>,
  _event: LifeEvent,
  _rules: Rules,
  now: number,
): Step {
  return {
    life: {
      ...{ state: 'booting', since: now, attempt, opened, rebooted: true },
      ...{ alive: false, unanswered: 0, why: { code: 'boot-again' } },
    },
    deploy: 'end',
  }
}

export function fail(life: LifeIn<Begun>, event: LifeEvent, _rules: Rules, now: number): Step {
  return failedBy(life, failureOf(event), false, now)
}

export function failByTime(
  life: LifeIn<'pending' | Begun>,
  event: LifeEvent,
  _rules: Rules,
  now: number,
): Step {
  return failedBy(life, event.kind === 'late' ? event.why : { code: 'timeout' }, true, now)
}

function failedBy(
  life: LifeIn<'pending' | Begun>,
  why: Reason,
  byTime: boolean,
  now: number,
): Step {
  const ended = { since: now, attempt: life.attempt, alive: gaveSign(life), why }
  return {
    life: { state: 'failed', ...ended, ...backOf(life), byTime },
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
): Step {
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
  _rules: Rules,
  now: number,
): Step | undefined {
  if (!life.byTime || !isHeard(event)) return undefined
  return {
    life: installedBy(life, { code: 'late-end', event: event.kind }, now),
    notify: 'installed',
    note: noteOf('late-end', event),
  }
}

function backOf(life: Life): { readonly cameBack?: number } {
  const cameBack = cameBackAt(life)
  return cameBack === undefined ? {} : { cameBack }
}
