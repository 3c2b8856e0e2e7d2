import { comeBack, newBoot, sameBoot, stillAtWork, takeOver } from './another-boot.ts'
import type { HostState } from './host-state.ts'
import type { Life, LifeEvent, Rules, Step } from './life.ts'
import {
  bootAgain,
  endOfInstall,
  endOfOnce,
  fail,
  failByTime,
  giveUp,
  installed,
  lateEnd,
  leftToDeploy,
  type Move,
  openAttempt,
  signOfLife,
  startDeploy,
  startInstall,
  takeBack,
  upBeforeDeployed,
  wish,
} from './transitions.ts'

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
    living: [takeOver],
    progress: [stillAtWork, signOfLife],
    delivered: [endOfOnce],
    ready: [endOfOnce, startInstall],
    unexpected: [endOfOnce, fail],
    done: [endOfOnce, leftToDeploy, endOfInstall],
    up: [leftToDeploy, installed],
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
    progress: [stillAtWork],
    started: [startDeploy],
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
    answered: [installed],
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
