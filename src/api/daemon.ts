import Type, { type Static } from 'typebox'
import * as v from './values.ts'

export const reloadAnswer = v.closed({
  hosts: Type.Integer({ description: 'How many the config has now.' }),
  warnings: Type.Array(v.text(), { description: 'What is to be known of the new config.' }),
})
export type ReloadAnswer = Static<typeof reloadAnswer>

export const drainBody = v.closed({
  end: Type.Optional(Type.Boolean({ description: 'Deploys start again.' })),
})
export type DrainBody = Static<typeof drainBody>

export const drainAnswer = v.closed({
  draining: Type.Boolean({ description: 'No new deploy is started.' }),
  running: Type.Array(v.closed({ host: v.text(), callback: v.text() }), {
    description: 'Commands that run now: they end with the daemon.',
  }),
  waiting: Type.Array(v.text(), { description: 'Hosts whose deploy waits for its turn.' }),
})
export type DrainAnswer = Static<typeof drainAnswer>
