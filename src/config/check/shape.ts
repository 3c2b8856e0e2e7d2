import type { TSchema } from 'typebox'
import { didYouMean, nearest } from '../../base/nearest.ts'
import { type Path, placesOf, type Report } from './mistake.ts'

/** The words of JSON Schema that the config's schema uses. */
interface Schema {
  readonly type?: string | readonly string[]
  readonly title?: string
  readonly examples?: readonly string[]
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly pattern?: string
  readonly minLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly uniqueItems?: boolean
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly propertyNames?: Schema
  readonly additionalProperties?: Schema | false
  readonly minProperties?: number
}

/**
 * Reports every place where a value differs from its schema, and returns what is left of the value
 * without those places, so that the rest can be checked too. Undefined: nothing of it is usable.
 *
 * The schema library tells the same apart in its own words and stops after a few; these sentences are
 * for operators.
 */
export function readShape(value: unknown, schema: TSchema, report: Report): unknown {
  return read(value, schema as Schema, [], report)
}

function read(value: unknown, schema: Schema, path: Path, report: Report): unknown {
  if (schema.anyOf) return readUnion(value, schema, path, report)
  if (schema.enum) return readChoice(value, schema.enum, path, report)
  if (!typesOf(schema).includes(typeName(value, schema))) {
    report(path, `${shown(value)} is not ${wanted(schema)}${readAs(value, schema)}`)
    return undefined
  }
  if (Array.isArray(value)) return readList(value, schema, path, report)
  if (isObject(value)) return readObject(value, schema, path, report)
  if (fits(value, schema)) return value
  report(path, `${shown(value)} is not ${wanted(schema)}`)
  return undefined
}

/** Unions here are told apart by the kind of value: scalar, list or map. */
function readUnion(value: unknown, schema: Schema, path: Path, report: Report): unknown {
  const branch = schema.anyOf?.find(s => s.type !== undefined && s.type === typeName(value, s))
  if (branch) return read(value, branch, path, report)
  if (schema.anyOf?.some(s => s.enum?.includes(value))) return value
  report(path, `${shown(value)} is not ${wanted(schema)}`)
  return undefined
}

function readChoice(value: unknown, choices: readonly unknown[], path: Path, report: Report) {
  if (choices.includes(value)) return value
  const hint = typeof value === 'string' ? didYouMean(value, choices.map(String)) : ''
  const right = choices.length === 1 ? `write ${choices[0]}` : `write one of ${choices.join(', ')}`
  report(path, `${shown(value)} is not known here; ${right}${hint}`)
  return undefined
}

function readList(value: readonly unknown[], schema: Schema, path: Path, report: Report): unknown {
  const { items, minItems = 0, maxItems = Infinity, uniqueItems } = schema
  if (value.length < minItems || value.length > maxItems) {
    const what = value.length === 0 ? 'an empty list' : `a list of ${value.length}`
    report(path, `${what} is not ${wanted(schema)}`)
    return undefined
  }
  const twice = uniqueItems ? value.findIndex((item, i) => value.indexOf(item) < i) : -1
  if (twice >= 0) report([...path, twice], `${shown(value[twice])} is in the list twice`)
  if (!items) return value
  const left = value.map((item, i) => read(item, items, [...path, i], report))
  return left.filter(item => item !== undefined)
}

function readObject(
  value: Readonly<Record<string, unknown>>,
  schema: Schema,
  path: Path,
  report: Report,
): unknown {
  const entries = Object.entries(value)
  if (entries.length < (schema.minProperties ?? 0))
    report(path, `is empty; write ${example(schema)}`)
  const kept = entries.flatMap(([key, item]) => {
    const below = [...path, key]
    const itemSchema = schemaOfKey(key, schema, below, value, report)
    const left = itemSchema && read(item, itemSchema, below, report)
    return left === undefined ? [] : [[key, left] as const]
  })
  const missing = (schema.required ?? []).filter(key => !Object.hasOwn(value, key))
  for (const key of missing) report(path, `\`${key}\` is missing; ${missingHint(key, schema)}`)
  const left = Object.fromEntries(kept)
  const whole = (schema.required ?? []).every(key => Object.hasOwn(left, key))
  return whole || path.length === 0 ? left : undefined
}

function schemaOfKey(
  key: string,
  schema: Schema,
  path: Path,
  value: Readonly<Record<string, unknown>>,
  report: Report,
): Schema | undefined {
  const { properties, propertyNames, additionalProperties } = schema
  if (properties) {
    if (Object.hasOwn(properties, key)) return properties[key]
    const meant = nearest(key, Object.keys(properties))
    const hint = `is not a known key${didYouMean(key, Object.keys(properties))}`
    // What is there already was not meant.
    const isMissing = meant !== undefined && !Object.hasOwn(value, meant)
    const also = isMissing ? placesOf(path.slice(0, -1), meant) : []
    report(path, hint, true, also)
    return undefined
  }
  if (propertyNames && !fits(key, propertyNames)) {
    report(path, `"${key}" is not ${wanted(propertyNames)}`, true)
    return undefined
  }
  return additionalProperties || undefined
}

function missingHint(key: string, schema: Schema): string {
  const inner = schema.properties?.[key]
  return `write \`${key}: ${inner ? example(inner) : '…'}\``
}

function fits(value: unknown, schema: Schema): boolean {
  if (typeof value === 'string') {
    const { pattern, minLength = 0 } = schema
    return value.length >= minLength && (pattern === undefined || new RegExp(pattern).test(value))
  }
  if (typeof value === 'number') {
    return value >= (schema.minimum ?? -Infinity) && value <= (schema.maximum ?? Infinity)
  }
  return true
}

function typesOf({ type = [] }: Schema): readonly string[] {
  return typeof type === 'string' ? [type] : type
}

function typeName(value: unknown, schema: Schema): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (Number.isInteger(value) && typesOf(schema).includes('integer')) return 'integer'
  return typeof value
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function wanted(schema: Schema): string {
  const { title = typesOf(schema).map(kindWord).join(' or '), minimum, maximum, examples } = schema
  const bounds =
    typesOf(schema).includes('string') || minimum === undefined
      ? ''
      : maximum === undefined
        ? ` of at least ${minimum}`
        : ` from ${minimum} to ${maximum}`
  return `${title}${bounds}${examples ? `; write it like ${examples.join(' or ')}` : ''}`
}

function kindWord(type: string): string {
  return type === 'object' ? 'a map' : type
}

function example({ examples, title = '…' }: Schema): string {
  return examples?.[0] ?? title
}

/** YAML's surprises: what looked like text but was read as something else. */
function readAs(value: unknown, schema: Schema): string {
  const wantsText = typesOf(schema).includes('string')
  const wantsNumber = typesOf(schema).some(type => type === 'integer' || type === 'number')
  if (!wantsText && wantsNumber && typeof value === 'string' && /^\d+$/.test(value)) {
    return ` (it is text, as it stands in quotes: write ${Number(value)})`
  }
  if (typesOf(schema).includes('boolean') && /^(true|false)$/i.test(String(value))) {
    return ` (it is text, as it stands in quotes: write ${String(value).toLowerCase()})`
  }
  if (wantsText && typeof value === 'number')
    return ' (YAML reads it as a number: put it in quotes)'
  if (wantsText && isObject(value)) return ' (text that begins with { needs quotes)'
  if (typesOf(schema).includes('boolean') && /^(yes|no|on|off)$/i.test(String(value))) {
    return ' (YAML 1.2 has no yes and no)'
  }
  return ''
}

function shown(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (isObject(value)) return 'a map'
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
