import Type, { type TProperties } from 'typebox'

/** An object without unknown keys; all the API says and takes is made of these. */
export function closed<T extends TProperties>(properties: T, description?: string) {
  return Type.Object(properties, {
    additionalProperties: false,
    ...(description !== undefined && { description }),
  })
}

export const text = (description?: string) => Type.String({ ...(description && { description }) })

export const nullableText = (description?: string) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], ...(description && { description }) })

export const nullableNumber = (description?: string) =>
  Type.Unsafe<number | null>({ type: ['number', 'null'], ...(description && { description }) })

/** The code of a reason, beside its sentence: programs read this. */
export const code = (of = 'reason') =>
  Type.Optional(text(`For programs: the code of the ${of}, where there is one; it stays the same.`))

/** A moment in ISO 8601, UTC. */
export const time = (description?: string) =>
  Type.String({ format: 'date-time', ...(description && { description }) })

export const nullableTime = (description?: string) =>
  Type.Unsafe<string | null>({
    type: ['string', 'null'],
    format: 'date-time',
    ...(description && { description }),
  })

/** One value, or several: `?state=pending&state=booting`; of these, where they are given. */
export const several = (description: string, values?: readonly string[]) =>
  Type.Unsafe<string | string[]>({
    ...(values
      ? { anyOf: [{ enum: values }, { type: 'array', items: { enum: values } }] }
      : { type: ['string', 'array'], items: { type: 'string' } }),
    description,
  })

/** Numbers of a query arrive as text, and nothing is bent into another type here. */
export const digits = (description: string, pattern = '^\\d{1,15}$', title = 'a whole number') =>
  Type.String({ pattern, title, description })

/** Which part of a list is wanted. */
export const page = {
  limit: Type.Optional(
    digits('Rows wanted; all without it.', '^[1-9]\\d{0,5}$', 'a number from 1 to 999999'),
  ),
  offset: Type.Optional(digits('Rows left out before the first; 0 without it.')),
}

/** RFC 9457. */
export const problem = closed(
  {
    type: text(),
    title: text(),
    status: Type.Integer(),
    detail: text('The sentence for people: what is wrong and what would be right.'),
    property: Type.Optional(text('What of the request is meant, such as `body.hosts[0]`.')),
  },
  'Problem details (RFC 9457), sent as application/problem+json.',
)
