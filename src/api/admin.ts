import Type, { type Static } from 'typebox'
import * as v from './values.ts'

const scope = Type.Enum(['read', 'admin'])
export type Scope = Static<typeof scope>

export const loginBody = v.closed({
  token: Type.String({ minLength: 1, maxLength: 1000 }),
  stay: Type.Optional(
    Type.Boolean({
      description: 'Stays logged in for 400 days: for tokens of the scope read, as on a wall.',
    }),
  ),
})
export type LoginBody = Static<typeof loginBody>

export const session = v.closed(
  {
    name: v.text('Of the token.'),
    scope,
    by: Type.Enum(['bearer', 'cookie']),
    csrf: v.nullableText('To be sent as X-CSRF-Token with every change; null with a bearer token.'),
    endsAt: v.nullableTime(),
  },
  'Who asks.',
)
export type SessionInfo = Static<typeof session>

export const adminLogRow = v.closed({
  id: Type.Integer(),
  at: v.time(),
  who: v.text('Name of the token.'),
  address: v.text('Where the request came from.'),
  action: v.text(
    'install, cancel, retry, power, bmc, console, reload, drain, login, logout or refused.',
  ),
  text: v.text('What was done to whom.'),
  hosts: Type.Array(v.text()),
})
export type AdminLogRow = Static<typeof adminLogRow>

export const adminLogQuery = v.closed({
  host: Type.Optional(v.text('Only what names this host.')),
  before: Type.Optional(v.digits('Those before this id.')),
  limit: Type.Optional(
    v.digits('At most this many; 200 without it.', '^[1-9]\\d{0,3}$', 'a number from 1 to 9999'),
  ),
})
export type AdminLogQuery = Static<typeof adminLogQuery>

export const adminLogList = v.closed({
  entries: Type.Array(adminLogRow, { description: 'Newest first.' }),
})
export type AdminLogList = Static<typeof adminLogList>
