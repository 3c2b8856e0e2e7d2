import { isRunning, type Life, startIn } from './life.ts'
import type { HostPower } from './power.ts'
import type { Which } from './start.ts'

/** What is to be done now to the power of a host. */
export type PowerDeed =
  | { readonly kind: 'none' }
  | ({ readonly kind: 'start' } & Which)
  | { readonly kind: 'off' }

/** What the life of a host asks of its power now. */
export function powerDeed(life: Life): PowerDeed {
  const start = startIn(life)
  if (start?.step === 'due') {
    return { kind: 'start', attempt: start.attempt, again: start.again }
  }
  return { kind: life.state === 'installed' && life.switchOff === 'due' ? 'off' : 'none' }
}

/** Whether a start that has begun still is to happen: nothing was heard of its machine meanwhile. */
export function isStarting(life: Life, { attempt, again }: Which): boolean {
  const start = startIn(life)
  return start?.step === 'begun' && start.attempt === attempt && start.again === again
}

/** Whether a switching off that has begun still is to happen: no new install was asked for meanwhile. */
export function isSwitchingOff(life: Life): boolean {
  return life.state === 'installed' && life.switchOff === 'begun'
}

/** The URL of the image that an install has put into a drive, where it has ended. */
export function mediumLeft(life: Life, power: HostPower | undefined): string | undefined {
  return isRunning(life) ? undefined : power?.medium
}
