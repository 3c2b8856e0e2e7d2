import { fieldsOf } from '../base/untrusted.ts'
import type { ReasonOf } from './reason.ts'
import type { MessageReasons } from './reasons/message.ts'

/** Bytes of a machine's facts as JSON, and names at their top: enough for a shelf of a hundred disks. */
const longest = 16 * 1024
const most = 256
const deepest = 64

/**
 * Why facts are not kept; undefined where they are. They are kept whole or not
 * at all: half of them would be another truth.
 */
export function whyNoFacts(facts: object): ReasonOf<keyof MessageReasons> | undefined {
  const count = Object.keys(facts).length
  if (count > most) return { code: 'facts-too-many', count, most }
  // What is nested deeper could not be written as JSON again.
  if (!isShallow(facts, deepest)) return { code: 'facts-too-deep' }
  const bytes = new TextEncoder().encode(JSON.stringify(facts)).length
  if (bytes <= longest) return undefined
  return { code: 'facts-too-large', bytes, most: longest }
}

/**
 * What is known of a machine when it has told more, name by name: the form that an installed system posts with `up`
 * says nothing of its disks. Where both would be too much, what it told last.
 */
export function addedFacts(known: unknown, told: unknown): object {
  const sum = { ...fieldsOf(known), ...fieldsOf(told) }
  return whyNoFacts(sum) === undefined ? sum : fieldsOf(told)
}

function isShallow(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return left > 0 && Object.values(value).every(inner => isShallow(inner, left - 1))
}
