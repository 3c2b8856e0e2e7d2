import { diskSizePattern, parseSize } from '../base/units.ts'
import { fieldsOf, lineOf } from '../base/untrusted.ts'

const operators = ['>=', '<=', '!=', '=', '>', '<'] as const
type Operator = (typeof operators)[number]

/** A condition on what machines told of themselves, such as `facts.memory>=64GiB`. */
export interface FactCondition {
  /** Names from the top; in a list any item may have it. */
  readonly path: readonly string[]
  readonly operator: Operator
  readonly value: string
}

/** Reads `facts.NAME[.NAME…]` with `=`, `!=`, `>=`, `<=`, `>` or `<` and a value; undefined for what is none. */
export function readFactCondition(text: string): FactCondition | undefined {
  const [, names, operator, value] =
    /^facts((?:\.[A-Za-z0-9_-]{1,64}){1,8})(>=|<=|!=|=|>|<)(.{1,200})$/s.exec(text) ?? []
  const known = operators.find(one => one === operator)
  if (names === undefined || known === undefined || value === undefined) return undefined
  const isOrder = known.includes('>') || known.includes('<')
  if (isOrder && numberOf(value) === undefined) return undefined
  return { path: names.slice(1).split('.'), operator: known, value }
}

/** Whether facts fulfil it. They come from the wire and may be anything; what was not told fulfils nothing. */
export function fulfils(facts: unknown, { path, operator, value }: FactCondition): boolean {
  const told = valuesAt(facts, path)
  if (operator === '!=') return told.length > 0 && !told.some(one => isSame(one, value))
  if (operator === '=') return told.some(one => isSame(one, value))
  const bound = numberOf(value) ?? Number.NaN
  return told.some(one => compares(Number(one), operator, bound))
}

/** All values that a path leads to; of lists, those of their items. */
function valuesAt(facts: unknown, path: readonly string[]): unknown[] {
  let found: unknown[] = [facts]
  for (const name of path) {
    found = found.flat().flatMap(value => {
      const fields = fieldsOf(value)
      return Object.hasOwn(fields, name) ? [fields[name]] : []
    })
  }
  return found.flat().filter(value => value !== null && typeof value !== 'object')
}

function isSame(told: unknown, value: string): boolean {
  if (typeof told === 'boolean') return String(told) === value
  if (typeof told === 'number') return told === numberOf(value)
  return lineOf(told).toLowerCase() === value.toLowerCase()
}

function compares(told: number, operator: Operator, bound: number): boolean {
  switch (operator) {
    case '>=':
      return told >= bound
    case '<=':
      return told <= bound
    case '>':
      return told > bound
    default:
      return told < bound
  }
}

/** A number, or a size such as `64GiB` in bytes. */
function numberOf(text: string): number | undefined {
  if (new RegExp(diskSizePattern).test(text)) return parseSize(text)
  return /^-?\d{1,15}(?:\.\d{1,6})?$/.test(text) ? Number(text) : undefined
}
