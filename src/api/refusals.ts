import type { TSchema } from 'typebox'
import { problem } from './values.ts'

/** An answer that is not plain JSON, or not only. */
export interface OtherResponse {
  readonly description: string
  readonly content: Readonly<Record<string, { readonly schema: TSchema }>>
}

const refusal: OtherResponse = {
  description: 'Why not: problem details (RFC 9457).',
  content: { 'application/problem+json': { schema: problem } },
}

/** What every route may answer instead. */
export const refusals = { '4xx': refusal, '5xx': refusal }
