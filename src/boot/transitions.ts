import { idle, type Life, type LifeEvent, type Rules, type Step } from './life.ts'
import { endOf, failureOf, isHeard, noteOf } from './life-reasons.ts'
import type { Reason } from './reason.ts'

/** One way from a life by an event to the next; undefined where it does not apply. */
export type Move = (life: Life, event: LifeEvent, rules: Rules, now: number) => Step | undefined

/** Whatever ran before is over: its token is void and its deploy is ended. */
export function wish(_life: Life, _event: LifeEvent, _rules: Rules, now: number): Step {
  return {
    life: {
      ...idle,
      state: 'pending',
      since: now,
      why: { code: 'install-asked' },
    },
    deploy: 'end',
    revokes: true,
    notify: 'asked',
  }
}

export function openAttempt(life: Life, _event: LifeEvent, rules: Rules, now: number): Step {
  const attempt = (life.opened ?? life.attempt) + 1
  return {
    life: {
      ...life,
      state: 'booting',
      since: now,
      attempt,
      opened: attempt,
      unanswered: life.unanswered + 1,
      alive: false,
      rebooted: false,
      why: { code: 'script-delivered', attempt, boot: life.unanswered + 1, most: rules.attempts },
    },
    opens: true,
  }
}

export function giveUp(life: Life, _event: LifeEvent, rules: Rules, now: number): Step | undefined {
  if (life.unanswered < rules.attempts) return undefined
  const why: Reason = { code: 'attempts-used-up', boots: life.unanswered }
  return {
    life: { ...life, state: 'failed', since: now, byTime: true, why },
    deploy: 'end',
    notify: 'failed',
  }
}

export function signOfLife(
  life: Life,
  _event: LifeEvent,
  _rules: Rules,
  now: number,
): Step | undefined {
  if (life.alive) return undefined
  return {
    life: {
      ...life,
      since: now,
      alive: true,
      unanswered: 0,
      why: { code: 'installer-alive', attempt: life.attempt },
    },
  }
}

export function startInstall(life: Life, _event: LifeEvent, rules: Rules, now: number): Step {
  const by = rules.deploy ? 'deploy' : 'installer'
  return {
    life: {
      ...life,
      state: 'installing',
      since: now,
      alive: true,
      unanswered: 0,
      ...(rules.deploy === 'command' && { waits: true }),
      why: { code: 'installer-ready', by },
    },
    ...(rules.deploy && { deploy: 'start' as const }),
    notify: 'ready',
  }
}

/** The clock of the install begins now: waiting for a free place does not count. */
export function startDeploy(
  life: Life,
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
  life: Life,
  event: LifeEvent,
  rules: Rules,
  now: number,
): Step | undefined {
  if (rules.deploy !== 'command') return undefined
  const { cameBack, ...heard } = signOfLife(life, event, rules, now)?.life ?? life
  // Who came back and says that it is done has done what the 10 minutes are for.
  const waits = cameBack !== undefined && event.kind === 'again'
  return {
    life: waits ? { ...heard, cameBack } : heard,
    ...(isHeard(event) && { note: noteOf('deploy-decides', event) }),
  }
}

export function endOfInstall(life: Life, event: LifeEvent, rules: Rules, now: number): Step {
  const { verifyUp, verifySsh } = rules
  const sign = verifyUp === undefined ? 'SSH' : 'up'
  if ((verifyUp ?? verifySsh) === undefined || life.up) return installed(life, event, rules, now)
  return {
    life: {
      ...life,
      state: 'verifying',
      since: now,
      why: { code: 'waits-for-system', sign },
    },
  }
}

export function installed(life: Life, event: LifeEvent, _rules: Rules, now: number): Step {
  const why = endOf(event)
  return {
    life: { ...life, state: 'installed', since: now, byTime: false, why },
    deploy: 'end',
    notify: 'installed',
  }
}

/** The machine rebooted into its new system while deploy still finishes its work here. */
export function upBeforeDeployed(life: Life, _event: LifeEvent, rules: Rules): Step | undefined {
  if (rules.deploy !== 'command') return undefined
  return {
    life: { ...life, up: true },
    note: { kind: 'note', code: 'up-before-deployed', data: {} },
  }
}

/** `boot: once` ends when the boot is delivered; what runs then (rescue, memtest) reports nothing. */
export function endOfOnce(
  life: Life,
  event: LifeEvent,
  rules: Rules,
  now: number,
): Step | undefined {
  if (rules.boot !== 'once') return undefined
  if (event.kind === 'script' && !life.rebooted && !event.newBoot) return undefined
  return {
    life: { ...life, state: 'installed', since: now, why: { code: 'booted-once' } },
    notify: 'installed',
  }
}

/** The installer itself asks to be netbooted once more. */
export function bootAgain(life: Life, _event: LifeEvent, _rules: Rules, now: number): Step {
  const { cameBack: _, ...rest } = life
  return {
    life: {
      ...rest,
      state: 'booting',
      since: now,
      unanswered: 0,
      alive: false,
      rebooted: true,
      why: { code: 'boot-again' },
    },
    deploy: 'end',
  }
}

export function fail(life: Life, event: LifeEvent, _rules: Rules, now: number): Step {
  return {
    life: { ...life, state: 'failed', since: now, byTime: false, why: failureOf(event) },
    deploy: 'end',
    notify: 'failed',
  }
}

export function failByTime(life: Life, event: LifeEvent, _rules: Rules, now: number): Step {
  const why: Reason = event.kind === 'late' ? event.why : { code: 'timeout' }
  return {
    life: { ...life, state: 'failed', since: now, byTime: true, why },
    deploy: 'end',
    notify: 'failed',
  }
}

export function takeBack(life: Life, event: LifeEvent, _rules: Rules, now: number): Step {
  const why: Reason = { code: event.kind === 'removed' ? 'left-config' : 'cancelled' }
  return {
    life: { ...idle, attempt: life.attempt, since: now, why },
    deploy: 'end',
    revokes: true,
    notify: 'cancelled',
  }
}

export function lateEnd(
  life: Life,
  event: LifeEvent,
  _rules: Rules,
  now: number,
): Step | undefined {
  if (!life.byTime || !isHeard(event)) return undefined
  const why: Reason = { code: 'late-end', event: event.kind }
  return {
    life: { ...life, state: 'installed', since: now, byTime: false, why },
    notify: 'installed',
    note: noteOf('late-end', event),
  }
}
