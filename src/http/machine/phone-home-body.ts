import { oneLine, printableFacts } from '../../base/printable.ts'
import { whyNoFacts } from '../../boot/facts.ts'
import { type PhoneHomeEvent, phoneHomeEvents } from '../../boot/host-state.ts'
import { masked, maskTokens } from '../../boot/mask.ts'
import type { PhoneHomeMessage } from '../../boot/phone-home.ts'
import type { Reason } from '../../boot/reason.ts'
import { type Fields, objectOf, type PostedBody } from './posted-body.ts'

const longestMessage = 1000

/**
 * Reads a phone home from its query and body. Where `event` stands in the query, the body may be somebody
 * else's: cloud-init's form is kept as facts, of a log the last line is the message where there is none.
 * The token it came with is nobody else's to read. Undefined where no known event is named.
 */
export function readSaid(
  query: Fields,
  posted: PostedBody,
  token?: string,
): PhoneHomeMessage | undefined {
  const { fields, lastLine } = posted
  const foreign = eventOf(query.event) !== undefined
  const event = eventOf(query.event) ?? eventOf(fields.event)
  if (!event) return undefined
  const own = foreign ? query : { ...query, ...fields }
  const message =
    messageOf(own.message, token) ?? (foreign ? messageOf(lastLine, token) : undefined)
  const isForm = foreign && lastLine === undefined && Object.keys(fields).length > 0
  const { facts, left } = factsOf(isForm ? fields : own.facts, foreign ? posted.left : undefined)
  return {
    event,
    ...present('message', message),
    ...present('percent', percentOf(own.percent)),
    ...present('facts', facts),
    ...present('erased', Array.isArray(own.erased) ? own.erased : undefined),
    ...present('left', left),
  }
}

/** Facts that may be kept; otherwise what was left out. */
export function factsOf(value: unknown, leftBefore?: Reason): { facts?: Fields; left?: Reason } {
  const told = objectOf(value)
  const why = told && whyNoFacts(told)
  const parts = [leftBefore, why].filter(part => part !== undefined)
  const left: Reason | undefined = parts.length > 1 ? { code: 'left-out', parts } : parts[0]
  return {
    ...(told && why === undefined && { facts: printableFacts(told) }),
    ...present('left', left),
  }
}

function eventOf(value: unknown): PhoneHomeEvent | undefined {
  return phoneHomeEvents.find(event => event === value)
}

/** One printable line without our tokens: what an installer says is shown to people. */
function messageOf(value: unknown, token = ''): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const line = oneLine(String(value))
  if (line === '') return undefined
  const own = token === '' ? line : line.replaceAll(token, masked)
  return maskTokens(own.slice(0, longestMessage))
}

function percentOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number !== 'number' || !Number.isFinite(number)) return undefined
  return Math.round(Math.min(100, Math.max(0, number)))
}

function present<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V })
}
