import { fieldsOf, lineOf, objectsOf, type UnknownFields } from '../base/untrusted.ts'
import { PowerError } from './power.ts'
import { notNow, taskStates, wantsMatch } from './redfish-quirks.ts'

/** An answer of a BMC, whatever its status. */
export interface BmcAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** undefined where it is no JSON. */
  readonly json: unknown
}

/** Whether it did what it was asked; the task that it became is asked, too. */
export function isGood({ status, json }: BmcAnswer): boolean {
  return status >= 200 && status < 300 && !taskStates.failed.includes(fieldsOf(json).TaskState)
}

/** Whether it has not ended: a monitor says 202, and a task its state. */
export function hasNotEnded({ status, json }: BmcAnswer): boolean {
  return status === 202 || taskStates.running.includes(fieldsOf(json).TaskState)
}

/** Whether it wants another If-Match. */
export function isUnmatched(answer: BmcAnswer): boolean {
  if (isGood(answer)) return false
  const { statuses, ids } = wantsMatch
  return statuses.includes(answer.status) || errorsIn(answer).some(({ id }) => ids.includes(id))
}

/** Whether it refused because of what it does at the moment, so that it may be asked again. */
export function isLater(answer: BmcAnswer): boolean {
  return !isGood(answer) && errorsIn(answer).some(({ id }) => Object.hasOwn(notNow, id))
}

/** What a BMC says about its refusal is in words of its own. */
export function refusal(answer: BmcAnswer, address: string, what: string): PowerError {
  const error = errorsIn(answer).find(({ message }) => message !== '')?.message
  return new PowerError({
    code: 'bmc-refused',
    ...{ address, what, error: error ?? `status ${answer.status}` },
  })
}

interface ErrorInfo {
  /** The end of its MessageId: that before is a registry and its version. */
  readonly id: string
  /** One printable line. */
  readonly message: string
  readonly args: readonly string[]
}

/**
 * What went wrong, as `@Message.ExtendedInfo` tells it, else `message` (DSP0266 section 8.6); of a task its messages.
 * Some give one alone and no list of them, or beside `error`; iLO names the message and does not say it.
 */
export function errorsIn({ json }: BmcAnswer): readonly ErrorInfo[] {
  const fields = fieldsOf(json)
  const error = fieldsOf(fields.error)
  const told = [
    error['@Message.ExtendedInfo'],
    fields['@Message.ExtendedInfo'],
    fields.Messages,
  ].find(infos => infos !== undefined)
  const infos = objectsOf([told].flat())
  return [...infos, { Message: error.message }].map((info: UnknownFields) => {
    const id = lineOf(info.MessageId).split('.').at(-1) ?? ''
    const args = stringsIn(info.MessageArgs) ?? []
    return { id, args, message: lineOf(info.Message) || lineOf([id, ...args].join(' ').trim()) }
  })
}

/** The path that a part of an answer links to. */
export function linkIn(json: unknown): string | undefined {
  return pathIn(fieldsOf(json)['@odata.id'])
}

/** A path of the BMC itself. */
export function pathIn(value: unknown): string | undefined {
  return typeof value === 'string' && value.startsWith('/') ? value : undefined
}

export function stringsIn(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter(one => typeof one === 'string') : undefined
}
