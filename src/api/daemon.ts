import Type, { type Static } from 'typebox'
import * as v from './values.ts'

export const reloadAnswer = v.closed({
  hosts: Type.Integer({ description: 'How many the config has now.' }),
  warnings: Type.Array(v.text(), { description: 'What is to be known of the new config.' }),
})
export type ReloadAnswer = Static<typeof reloadAnswer>

export const daemonRow = v.closed({
  name: v.text('Its machine and the port of its page.'),
  version: v.text(),
  state: v.text('`working`, `standing-by`, or `silent` for one that was not heard for seconds.'),
  networks: Type.Array(v.text(), { description: 'Those that it owns.' }),
  since: v.nullableTime('Since when it owns them.'),
  startedAt: v.time(),
  heardAt: v.time('When it last said that it is there.'),
  behind: Type.Integer({ description: 'Batches of changes that it had yet to read then.' }),
})
export type DaemonRow = Static<typeof daemonRow>

export const daemonList = v.closed({
  daemons: Type.Array(daemonRow),
  here: v.text('The name of the one that answers.'),
})
export type DaemonList = Static<typeof daemonList>

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
