import { given } from '../base/given.ts'
import type { HostState } from './host-state.ts'
import { idle, type Life } from './life.ts'
import type { Start, SwitchOff } from './start.ts'

/** What may be known of a life, whatever its state. Rows of older versions tell all of it in every state. */
export interface LifeFacts {
  readonly since?: number
  readonly attempt?: number
  readonly opened?: number
  readonly unanswered?: number
  readonly alive?: boolean
  readonly rebooted?: boolean
  readonly cameBack?: number
  readonly waits?: boolean
  readonly up?: boolean
  readonly byTime?: boolean
  readonly why?: Life['why']
  readonly post?: number
  readonly start?: Start
  readonly switchOff?: SwitchOff
}

/** A life in this state, with what the state can have of the facts; what they do not tell has not happened. */
export function lifeIn(state: HostState, facts: LifeFacts = {}): Life {
  const { since = 0, attempt = 0, why = idle.why, alive = false } = facts
  const { opened = attempt, rebooted = false, unanswered = 0, up = false, byTime = false } = facts
  const lived = { since, attempt, why, ...given('post', facts.post) }
  const back = given('cameBack', facts.cameBack)
  const start = given('start', facts.start)
  switch (state) {
    case 'idle':
      return { ...lived, state }
    case 'pending':
      return { ...lived, state, ...start }
    case 'booting': {
      const boot = { ...lived, state, opened, rebooted }
      return alive ? { ...boot, alive, ...back } : { ...boot, alive, unanswered, ...start }
    }
    case 'installing':
      return { ...lived, state, opened, up, ...back, ...(facts.waits && { waits: true }) }
    case 'verifying':
      return { ...lived, state, alive, ...back }
    case 'installed':
      return { ...lived, state, alive, ...given('switchOff', facts.switchOff) }
    case 'failed':
      return { ...lived, state, alive, ...back, byTime }
  }
}
