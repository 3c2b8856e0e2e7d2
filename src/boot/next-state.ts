import { type HostState, idle, type Life, type LifeEvent, type Rules, type Step } from './life.ts'

type Move = (life: Life, event: LifeEvent, rules: Rules, now: number) => Step | undefined

/**
 * The life of a host: from a state, by an event, the moves to try in order. A pair that is not
 * listed, and a move that returns nothing, changes nothing.
 */
const moves: Readonly<Record<HostState, Partial<Record<LifeEvent['kind'], readonly Move[]>>>> = {
  idle: { asked: [wish] },
  pending: {
    asked: [wish],
    script: [openAttempt],
    cancelled: [takeBack],
    removed: [takeBack],
    late: [failByTime],
  },
  booting: {
    asked: [wish],
    discovered: [endOfOnce, comeBack, newBoot],
    script: [endOfOnce, sameBoot, comeBack, giveUp, openAttempt],
    alive: [signOfLife],
    progress: [signOfLife],
    delivered: [endOfOnce],
    ready: [endOfOnce, startInstall],
    done: [endOfOnce, endOfInstall],
    up: [installed],
    again: [bootAgain],
    failed: [fail],
    cancelled: [takeBack],
    late: [failByTime],
  },
  installing: {
    asked: [wish],
    discovered: [comeBack],
    script: [comeBack],
    done: [leftToDeploy, endOfInstall],
    deployed: [endOfInstall],
    undeployed: [fail],
    up: [upBeforeDeployed, installed],
    again: [leftToDeploy, bootAgain],
    failed: [fail],
    cancelled: [takeBack],
    late: [failByTime],
  },
  verifying: {
    asked: [wish],
    up: [installed],
    failed: [fail],
    cancelled: [takeBack],
    late: [failByTime],
  },
  installed: { asked: [wish] },
  failed: { asked: [wish], done: [lateEnd], up: [lateEnd] },
}

/**
 * The next life of a host after an event, or undefined where the event changes nothing.
 * `now` is epoch milliseconds.
 */
export function nextState(
  life: Life,
  event: LifeEvent,
  rules: Rules,
  now: number,
): Step | undefined {
  for (const move of moves[life.state][event.kind] ?? []) {
    const step = move(life, event, rules, now)
    if (step) return step
  }
  return undefined
}

/** Whatever ran before is over: its token is void and its deploy is ended. */
function wish(_life: Life, _event: LifeEvent, _rules: Rules, now: number): Step {
  return {
    life: {
      ...idle,
      state: 'pending',
      since: now,
      why: 'install asked, waiting for a network boot',
    },
    deploy: 'end',
    revokes: true,
    notify: 'asked',
  }
}

function openAttempt(life: Life, _event: LifeEvent, rules: Rules, now: number): Step {
  const attempt = life.attempt + 1
  return {
    life: {
      ...life,
      state: 'booting',
      since: now,
      attempt,
      unanswered: life.unanswered + 1,
      alive: false,
      rebooted: false,
      why: `attempt ${attempt}: script delivered, no sign of life yet (boot ${life.unanswered + 1} of ${rules.attempts})`,
    },
    opens: true,
  }
}

/** The same boot asks again: it gets the same script, and nothing counts. */
function sameBoot(life: Life, event: LifeEvent): Step | undefined {
  const fresh = life.rebooted || (event.kind === 'script' && event.newBoot)
  return fresh || life.alive ? undefined : { life }
}

function newBoot(life: Life): Step | undefined {
  return life.rebooted ? undefined : { life: { ...life, rebooted: true } }
}

/** It showed signs of life and netboots nevertheless: it gets its disk, and has 10 minutes. */
function comeBack(life: Life, _event: LifeEvent, _rules: Rules, now: number): Step | undefined {
  if (!life.alive && life.state === 'booting') return undefined
  if (life.cameBack !== undefined) return { life }
  return {
    life: { ...life, cameBack: now },
    note: 'came back: it netboots while its installer should be at work, and gets its disk',
  }
}

function giveUp(life: Life, _event: LifeEvent, rules: Rules, now: number): Step | undefined {
  if (life.unanswered < rules.attempts) return undefined
  const why = `attempts used up: ${life.unanswered} boots without a sign of life`
  return {
    life: { ...life, state: 'failed', since: now, byTime: true, why },
    deploy: 'end',
    notify: 'failed',
  }
}

function signOfLife(life: Life, _event: LifeEvent, _rules: Rules, now: number): Step | undefined {
  if (life.alive) return undefined
  return {
    life: {
      ...life,
      since: now,
      alive: true,
      unanswered: 0,
      why: `attempt ${life.attempt}: the installer is alive`,
    },
  }
}

function startInstall(life: Life, _event: LifeEvent, rules: Rules, now: number): Step {
  const by = rules.deploy ? 'deploy installs' : 'the installer works by itself'
  return {
    life: {
      ...life,
      state: 'installing',
      since: now,
      alive: true,
      unanswered: 0,
      why: `the installer is ready, ${by}`,
    },
    ...(rules.deploy && { deploy: 'start' as const }),
    notify: 'ready',
  }
}

/** A command that installs is asked for the end; what the installer says meanwhile is noted. */
function leftToDeploy(life: Life, event: LifeEvent, rules: Rules): Step | undefined {
  if (rules.deploy !== 'command') return undefined
  return { life, note: `${event.kind} noted: the end of deploy decides` }
}

function endOfInstall(life: Life, event: LifeEvent, rules: Rules, now: number): Step {
  if (rules.verifyUp === undefined || life.up) return installed(life, event, rules, now)
  return {
    life: { ...life, state: 'verifying', since: now, why: 'installed, waiting for its first up' },
  }
}

function installed(life: Life, event: LifeEvent, _rules: Rules, now: number): Step {
  const said = event.kind === 'up' ? 'the installed system is up' : 'the install is done'
  return {
    life: { ...life, state: 'installed', since: now, byTime: false, why: said },
    deploy: 'end',
    notify: 'installed',
  }
}

/** The machine rebooted into its new system while deploy still finishes its work here. */
function upBeforeDeployed(life: Life, _event: LifeEvent, rules: Rules): Step | undefined {
  if (rules.deploy !== 'command') return undefined
  return {
    life: { ...life, up: true },
    note: 'the installed system is up; deploy has not ended yet',
  }
}

/** `boot: once` ends when the boot is delivered; what runs then (rescue, memtest) reports nothing. */
function endOfOnce(life: Life, event: LifeEvent, rules: Rules, now: number): Step | undefined {
  if (rules.boot !== 'once') return undefined
  if (event.kind === 'script' && !life.rebooted && !event.newBoot) return undefined
  return {
    life: { ...life, state: 'installed', since: now, why: 'booted once, as asked' },
    notify: 'installed',
  }
}

/** The installer itself asks to be netbooted once more. */
function bootAgain(life: Life, _event: LifeEvent, _rules: Rules, now: number): Step {
  const { cameBack: _, ...rest } = life
  return {
    life: {
      ...rest,
      state: 'booting',
      since: now,
      unanswered: 0,
      alive: false,
      rebooted: true,
      why: 'the installer asked to be booted again',
    },
    deploy: 'end',
  }
}

function fail(life: Life, event: LifeEvent, _rules: Rules, now: number): Step {
  const message = 'message' in event && event.message ? `: ${event.message}` : ''
  const who = event.kind === 'undeployed' ? 'deploy failed' : 'the installer says it failed'
  return {
    life: { ...life, state: 'failed', since: now, byTime: false, why: `${who}${message}` },
    deploy: 'end',
    notify: 'failed',
  }
}

function failByTime(life: Life, event: LifeEvent, _rules: Rules, now: number): Step {
  const why = event.kind === 'late' ? event.why : 'out of time'
  return {
    life: { ...life, state: 'failed', since: now, byTime: true, why },
    deploy: 'end',
    notify: 'failed',
  }
}

function takeBack(life: Life, event: LifeEvent, _rules: Rules, now: number): Step {
  const why = event.kind === 'removed' ? 'cancelled: it left the config' : 'cancelled'
  return {
    life: { ...idle, attempt: life.attempt, since: now, why },
    deploy: 'end',
    revokes: true,
    notify: 'cancelled',
  }
}

function lateEnd(life: Life, event: LifeEvent, _rules: Rules, now: number): Step | undefined {
  if (!life.byTime) return undefined
  return {
    life: { ...life, state: 'installed', since: now, byTime: false, why: `late ${event.kind}` },
    notify: 'installed',
    note: `late: ${event.kind} came after the install had failed by time`,
  }
}
