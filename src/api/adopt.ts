import Type, { type Static } from 'typebox'
import * as v from './values.ts'

const short = (description: string) => Type.String({ minLength: 1, maxLength: 256, description })

const adoptedHost = v.closed({
  mac: short('In any common spelling.'),
  name: short('Of the host that it becomes.'),
  profile: Type.Optional(short('What it boots when an install is asked for.')),
  address: Type.Optional(short('The address that it always gets.')),
  tags: Type.Optional(Type.Array(short('A tag.'), { maxItems: 100 })),
  vars: Type.Optional(
    Type.Record(Type.String(), Type.String({ maxLength: 4096 }), { description: 'Its variables.' }),
  ),
})
export type AdoptedHost = Static<typeof adoptedHost>

export const adoptBody = v.closed({
  hosts: Type.Array(adoptedHost, { minItems: 1, maxItems: 1000 }),
})
export type AdoptBody = Static<typeof adoptBody>

export const adoptAnswer = v.closed({
  hosts: Type.Array(v.text(), { description: 'The names of those that are hosts now.' }),
  warnings: Type.Array(v.text(), { description: 'What is to be known of the config with them.' }),
})
export type AdoptAnswer = Static<typeof adoptAnswer>
