import type { Reason, ReasonCode } from '../../boot/reason.ts'
import { sentenceOf } from '../../boot/words/reason.ts'

/** Why something was not done: a sentence for people, its code for programs. */
export function reasonFields(why: Reason | undefined): {
  reason: string | null
  code?: ReasonCode
} {
  return why ? { reason: sentenceOf(why), code: why.code } : { reason: null }
}

/** What is to be known where it is done, in the same way. */
export function warningFields(why: Reason | undefined): {
  warning: string | null
  warningCode?: ReasonCode
} {
  return why ? { warning: sentenceOf(why), warningCode: why.code } : { warning: null }
}
