import Type, { type Static } from 'typebox'
import * as v from './values.ts'

export const doctorAnswer = v.closed({
  host: v.text(),
  verdicts: Type.Array(
    v.closed({
      id: v.text('Name of the rule.'),
      title: v.text('What is wrong, in a sentence.'),
      evidence: Type.Array(v.text()),
      advice: v.text('What to do.'),
    }),
    { description: 'The surest first; empty where nothing seems wrong.' },
  ),
})
export type DoctorAnswer = Static<typeof doctorAnswer>
