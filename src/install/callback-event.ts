import type { NewEvent } from '../boot/event-record.ts'
import type { Delivery } from '../boot/install.ts'
import type { Reason } from '../boot/reason.ts'

/** What became of a callback: with its title, or why it did not go well. */
export type CallbackTold =
  | [delivery: Delivery, code: 'started', title: string]
  | [delivery: Delivery, code: 'delivered' | 'ended' | 'resumed']
  | [delivery: Delivery, code: 'not-delivered' | 'undelivered' | 'broken' | 'failed', why: Reason]

/** The line of its host's timeline about it. */
export function callbackEvent(...told: CallbackTold): NewEvent {
  const [{ host, callback, event }, code, more] = told
  const data = { callback, event }
  switch (code) {
    case 'delivered':
    case 'ended':
    case 'resumed':
      return { host, kind: 'callback', code, data }
    case 'started':
      return { host, kind: 'callback', code, data: { ...data, title: more } }
    default:
      return { host, kind: 'callback', code, data: { ...data, why: more } }
  }
}
