import type { NewEvent } from '../boot/event-record.ts'
import type { Delivery } from '../boot/install.ts'

/** What became of a callback: with its title, or with the sentence that says why it did not go well. */
export type CallbackTold =
  | [delivery: Delivery, code: 'started', title: string]
  | [delivery: Delivery, code: 'delivered' | 'ended' | 'resumed']
  | [delivery: Delivery, code: 'not-delivered' | 'undelivered' | 'broken' | 'failed', error: string]

/** The line of its host's timeline about it. */
export function callbackEvent(
  ...[{ host, callback, event }, code, text = '']: CallbackTold
): NewEvent {
  const data = { callback, event }
  switch (code) {
    case 'delivered':
    case 'ended':
    case 'resumed':
      return { host, kind: 'callback', code, data }
    case 'started':
      return { host, kind: 'callback', code, data: { ...data, title: text } }
    default:
      return { host, kind: 'callback', code, data: { ...data, error: text } }
  }
}
