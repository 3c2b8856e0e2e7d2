import Type, { type TSchema } from 'typebox'
import type { OtherResponse } from './refusals.ts'
import { closed, text } from './values.ts'

/** What a request takes and says. */
export interface RouteSchema {
  readonly summary: string
  readonly description?: string
  readonly tags: readonly string[]
  readonly querystring?: TSchema
  readonly params?: TSchema
  readonly headers?: TSchema
  readonly body?: TSchema | Pick<OtherResponse, 'content'>
  /** Where it is not what the document says of all. */
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[]
  readonly response: Readonly<Record<string, TSchema | OtherResponse>>
}

/** Of what is done, and has nothing to say. */
export const nothing = Type.Null({ description: 'Done; nothing to say.' })
/** `/hosts/NAME`. */
export const nameParam = closed({ name: text('Of the host.') })
