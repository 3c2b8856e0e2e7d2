import { comeBack, newBoot, sameBoot, stillAtWork, takeOver } from './another-boot.ts'
import {
  endOfInstall,
  endOfOnce,
  fail,
  failByTime,
  giveUp,
  installed,
  lateEnd,
  takeBack,
} from './ends.ts'
import type { HostState } from './host-state.ts'
import type { Life, LifeEvent, LifeIn, Rules, Transition } from './life.ts'
import {
  beginStart,
  beginSwitchOff,
  endRefused,
  endStart,
  hearStart,
  nextStart,
  startOver,
} from './start-moves.ts'
import {
  bootAgain,
  leftToDeploy,
  openAttempt,
  signOfLife,
  startDeploy,
  startInstall,
  upBeforeDeployed,
  wish,
} from './transitions.ts'

/** One way from a life by an event to the next; undefined where it does not apply. */
type Move<S extends HostState> = (
  life: LifeIn<S>,
  event: LifeEvent,
  rules: Rules,
  now: number,
) => Transition | undefined

type Moves = {
  readonly [S in HostState]: Readonly<Partial<Record<LifeEvent['kind'], readonly Move<S>[]>>>
}

/**
 * The life of a host: from a state, by an event, the moves to try in order. A pair that is not
 * listed, and a move that returns nothing, changes nothing.
 */
const moves: Moves = {
  idle: { asked: [wish] },
  pending: {
    asked: [wish],
    discovered: [hearStart],
    script: [openAttempt],
    switching: [beginStart],
    switched: [endStart],
    cancelled: [takeBack],
    removed: [takeBack],
    late: [startOver, failByTime],
  },
  booting: {
    asked: [wish],
    discovered: [endOfOnce, comeBack, hearStart, newBoot],
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
    switching: [beginStart],
    switched: [endStart, endRefused],
    failed: [fail],
    cancelled: [takeBack],
    late: [startOver, nextStart, failByTime],
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
  installed: { asked: [wish], 'switching-off': [beginSwitchOff] },
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
): Transition | undefined {
  // A row of the table takes a life in the state of the row.
  const row = moves[life.state][event.kind] as readonly Move<HostState>[] | undefined
  for (const move of row ?? []) {
    const step = move(life, event, rules, now)
    if (step) return withPost(step, life.post)
  }
  return undefined
}

/** How long its POST takes is known of a machine, whatever its state. */
function withPost(step: Transition, post: number | undefined): Transition {
  if (post === undefined || step.life.post !== undefined) return step
  return { ...step, life: { ...step.life, post } }
}
