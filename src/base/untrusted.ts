/** Readers of what came from the wire and may be anything. */

import { oneLine } from './printable.ts'

export type UnknownFields = Readonly<Record<string, unknown>>

/** The fields of an object; none where it is something else. */
export function fieldsOf(value: unknown): UnknownFields {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? (value as UnknownFields) : {}
}

/** The objects of a list. */
export function objectsOf(value: unknown): UnknownFields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : []
}

/** One printable line of text, at most 200 letters: it goes to logs and terminals. */
export function lineOf(value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number') return ''
  return oneLine(String(value)).slice(0, 200)
}
