import { given } from '../base/given.ts'
import {
  cameBackAt,
  isSilent,
  type Life,
  type LifeEvent,
  type LifeIn,
  type LivingBoot,
  type Rules,
  type Transition,
} from './life.ts'
import { isHeard, noteOf } from './life-reasons.ts'
import type { Reason } from './reason.ts'
import { startOf } from './start.ts'

/* The ways from a life by an event to the next; undefined where one does not apply. */

/** Whatever ran before is over: its token is void and its deploy is ended. */
export function wish(_life: Life, event: LifeEvent, { power }: Rules, now: number): Transition {
  const isStarted = power && !(event.kind === 'asked' && event.netboots)
  return {
    life: {
      ...{ state: 'pending', since: now, attempt: 0 },
      ...given('start', isStarted ? startOf(1, now) : undefined),
      why: isStarted ? { code: 'start-waits', attempt: 1 } : { code: 'install-asked' },
    },
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
): Transition {
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

export function signOfLife(
  life: LifeIn<'booting'>,
  _event: LifeEvent,
  _rules: Rules,
  now: number,
): Transition | undefined {
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
): Transition {
  const by = rules.deploy ? 'deploy' : 'installer'
  return {
    life: {
      ...{ state: 'installing', since: now, attempt: life.attempt, opened: life.opened },
      ...given('cameBack', cameBackAt(life)),
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
): Transition | undefined {
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
): Transition | undefined {
  if (rules.deploy !== 'command') return undefined
  const { cameBack, ...heard } = isSilent(life) ? living(life, now) : life
  // Who came back and says that it is done has done what the 10 minutes are for.
  const waits = cameBack !== undefined && event.kind === 'again'
  return {
    life: waits ? { ...heard, cameBack } : heard,
    ...(isHeard(event) && { note: noteOf('deploy-decides', event) }),
  }
}

/** The machine rebooted into its new system while deploy still finishes its work here. */
export function upBeforeDeployed(
  life: LifeIn<'installing'>,
  _event: LifeEvent,
  rules: Rules,
): Transition | undefined {
  if (rules.deploy !== 'command') return undefined
  return {
    life: { ...life, up: true },
    note: { kind: 'note', code: 'up-before-deployed', data: {} },
  }
}

/** The installer itself asks to be netbooted once more. */
export function bootAgain(
  { attempt, opened }: LifeIn<'booting' | 'installing'>,
  _event: LifeEvent,
  _rules: Rules,
  now: number,
): Transition {
  return {
    life: {
      ...{ state: 'booting', since: now, attempt, opened, rebooted: true },
      ...{ alive: false, unanswered: 0, why: { code: 'boot-again' } },
    },
    deploy: 'end',
  }
}
