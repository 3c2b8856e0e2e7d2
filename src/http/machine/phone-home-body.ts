import { type PhoneHomeEvent, phoneHomeEvents } from '../../boot/life.ts'
import { maskTokens } from '../../boot/mask.ts'

/** What an installer said when it phoned home. */
export interface Said {
  readonly event: PhoneHomeEvent
  readonly message?: string
  readonly percent?: number
  readonly facts?: unknown
}

type Fields = Readonly<Record<string, unknown>>

const longestMessage = 1000
const deepest = 64

/**
 * Reads a phone home from its query and body: JSON, form, or nothing but the query. Where `event`
 * stands in the query, the body may be somebody else's (cloud-init's form): it is kept as facts.
 * Undefined where no known event is named.
 */
export function readSaid(query: Fields, contentType: string, body: string): Said | undefined {
  const fields = readBody(contentType, body)
  const foreign = eventOf(query.event) !== undefined
  const event = eventOf(query.event) ?? eventOf(fields.event)
  if (!event) return undefined
  const own = foreign ? query : { ...query, ...fields }
  const told = foreign && Object.keys(fields).length > 0 ? fields : objectOf(own.facts)
  const facts = isShallow(told, deepest) ? told : undefined
  return {
    event,
    ...present('message', messageOf(own.message)),
    ...present('percent', percentOf(own.percent)),
    ...present('facts', facts),
  }
}

function readBody(contentType: string, body: string): Fields {
  if (body === '') return {}
  if (/^\s*[{[]/.test(body) || contentType.includes('json')) return objectOf(parseJson(body)) ?? {}
  // busybox wget posts forms without a content type, curl calls everything a form.
  return Object.fromEntries(new URLSearchParams(body))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function eventOf(value: unknown): PhoneHomeEvent | undefined {
  return phoneHomeEvents.find(event => event === value)
}

/** One printable line without our tokens: what an installer says is shown to people. */
function messageOf(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const line = String(value)
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
  return line === '' ? undefined : maskTokens(line.slice(0, longestMessage))
}

function percentOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number !== 'number' || !Number.isFinite(number)) return undefined
  return Math.round(Math.min(100, Math.max(0, number)))
}

function objectOf(value: unknown): Fields | undefined {
  const object = typeof value === 'string' ? parseJson(value) : value
  if (typeof object !== 'object' || object === null || Array.isArray(object)) return undefined
  return object as Fields
}

/** What is nested deeper could not be written as JSON again. */
function isShallow(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return left > 0 && Object.values(value).every(inner => isShallow(inner, left - 1))
}

function present<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V })
}
