import type { ContentOf } from './event.ts'
import { type PhoneHomeEvent, phoneHomeEvents } from './host-state.ts'
import type { LifeEvent } from './life.ts'
import type { Reason } from './reason.ts'

/** What ends an install well, where it is not the installer that says so. */
const ends: Readonly<Partial<Record<LifeEvent['kind'], Reason>>> = {
  up: { code: 'system-up' },
  answered: { code: 'ssh-answers' },
}

/** Why an install counts as done. */
export function endOf(event: LifeEvent): Reason {
  return madeOf(event) ?? ends[event.kind] ?? { code: 'install-done' }
}

/** Why an install failed. */
export function failureOf(event: LifeEvent): Reason {
  if (event.kind === 'unexpected') return { code: 'unexpected', difference: event.difference }
  if (event.kind === 'undeployed') return { code: 'deploy-failed', because: event.because }
  const made = madeOf(event)
  if (made) return made
  const message = 'message' in event && event.message ? { message: event.message } : {}
  return { code: 'installer-failed', ...message }
}

function madeOf(event: LifeEvent): Reason | undefined {
  return isHeard(event) ? event.because : undefined
}

export type Heard = Extract<LifeEvent, { readonly kind: PhoneHomeEvent }>

/** Whether it is the machine's own message. */
export function isHeard(event: LifeEvent): event is Heard {
  return phoneHomeEvents.some(kind => kind === event.kind)
}

export function noteOf(
  code: 'deploy-decides' | 'late-end',
  { kind: event }: Heard,
): ContentOf<'note'> {
  return { kind: 'note', code, data: { event } }
}
