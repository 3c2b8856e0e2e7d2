import Type, { type Static } from 'typebox'
import { powerStates } from '../boot/power.ts'
import { choice } from './installs.ts'
import * as v from './values.ts'

export const powerBody = v.closed({
  ...choice,
  verb: Type.Enum(['on', 'off', 'cycle'], { description: 'cycle: reset; on where it is off.' }),
  dryRun: Type.Optional(Type.Boolean({ description: 'Says whose power it would be.' })),
})
export type PowerBody = Static<typeof powerBody>

export const powerResult = v.closed({
  host: v.text(),
  ok: Type.Boolean(),
  by: v.nullableText('The way to its power.'),
  state: Type.Unsafe<(typeof powerStates)[number] | null>({
    enum: [...powerStates, null],
    description:
      'How it is afterwards; unknown where the way cannot tell; null where it was not asked.',
  }),
  warning: v.nullableText('An install is under way on it.'),
  warningCode: v.code('warning'),
  reason: v.nullableText('Why not.'),
  code: v.code(),
})
export type PowerResult = Static<typeof powerResult>

export const powerAnswer = v.closed({ results: Type.Array(powerResult) })
export type PowerAnswer = Static<typeof powerAnswer>
