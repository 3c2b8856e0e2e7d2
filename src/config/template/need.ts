import { needsIn, type TemplateName } from './template.ts'

/**
 * A function of a template that gives equal text for contexts in which rendering ends alike: well, or
 * with the same mistake.
 */
export function needOf(template: string): (context: object) => string {
  const { present, valued } = needsIn(template)
  const kinds = distinctSteps(present)
  const values = distinctSteps(valued)
  return context =>
    JSON.stringify([
      ...kinds.map(steps => kindOf(valueAt(context, steps))),
      ...values.map(steps => valueAt(context, steps) ?? null),
    ])
}

function distinctSteps(names: readonly TemplateName[]): TemplateName['steps'][] {
  return [...new Map(names.map(({ steps }) => [JSON.stringify(steps), steps])).values()]
}

/** Follows the steps as far as they are known; a computed step may lead anywhere below. */
function valueAt(context: object, steps: TemplateName['steps']): unknown {
  let value: unknown = context
  for (const step of steps) {
    if (step === undefined) return value
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) {
      return typeof value === 'object' ? undefined : value
    }
    value = (value as Readonly<Record<string, unknown>>)[step]
  }
  return value
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'list' : typeof value
}
