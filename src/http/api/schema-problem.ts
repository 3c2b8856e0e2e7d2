import type { FastifySchemaValidationError } from 'fastify'
import { didYouMean } from '../../base/nearest.ts'
import { Refusal } from '../problem.ts'

/** What a request that broke its schema is told: the property that is meant, what it is to be, and what was. */
export function schemaProblem(errors: FastifySchemaValidationError[], part: string): Refusal {
  // Where one of some values or a list of them may stand, both complain: the list of one of its own, if it is one.
  const error = (errors.findLast(({ keyword }) => keyword === 'enum') ?? errors[0]) as Verbose
  const where = `${parts[part] ?? part}${pathOf(error.instancePath)}`
  const key = keyOf(error)
  const property = key === undefined ? where : `${where}.${key}`
  return new Refusal(400, sentenceOf(error, where, property), property)
}

/** With `verbose` Ajv says what it looked at. */
type Verbose = FastifySchemaValidationError & {
  readonly parentSchema?: Readonly<Record<string, unknown>>
  readonly data?: unknown
}

const parts: Readonly<Record<string, string>> = {
  body: 'body',
  querystring: 'query',
  params: 'path',
  headers: 'header',
}

/** `/hosts/0` -> `.hosts[0]` */
function pathOf(pointer: string): string {
  const keys = pointer.split('/').slice(1)
  return keys
    .map(key => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map(key => (/^\d+$/.test(key) ? `[${key}]` : `.${key}`))
    .join('')
}

/** The property inside the object that is complained of. */
function keyOf({ keyword, params }: Verbose): string | undefined {
  if (keyword === 'additionalProperties') return String(params.additionalProperty)
  if (keyword === 'required') return String(params.missingProperty)
  return undefined
}

function sentenceOf(error: Verbose, where: string, property: string): string {
  const { keyword, params, parentSchema = {}, data, message = 'is not right' } = error
  switch (keyword) {
    case 'additionalProperties': {
      const known = Object.keys((parentSchema.properties as object | undefined) ?? {})
      const list = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`
      const name = String(params.additionalProperty)
      return `${where} has no property "${name}"${didYouMean(name, known) || `; ${list}`}`
    }
    case 'required':
      return `${property} is missing`
    case 'enum': {
      const known = (params.allowedValues as unknown[]).map(String)
      return `${property} is one of ${known.join(', ')}, not ${shown(data)}${didYouMean(String(data), known)}`
    }
    case 'type':
      return `${property} is to be ${nounOf(params.type)}, not ${shown(data)}`
    case 'pattern':
      return `${property} is to be ${parentSchema.title ?? `like ${params.pattern}`}, not ${shown(data)}`
    default:
      return `${property} ${message}`
  }
}

const nouns: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  integer: 'a whole number',
  null: 'null',
  number: 'a number',
  object: 'an object',
  string: 'a text',
}

function nounOf(types: unknown): string {
  return [types]
    .flat()
    .map(type => nouns[String(type)] ?? String(type))
    .join(' or ')
}

/** What somebody sent may be long, and deeper than a stack. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
