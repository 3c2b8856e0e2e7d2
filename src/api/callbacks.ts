import Type, { type Static } from 'typebox'
import * as v from './values.ts'

const states = ['due', 'running', 'delivered', 'undelivered', 'ended'] as const

export const callbackRow = v.closed({
  id: Type.Integer(),
  host: v.text(),
  install: v.text(),
  attempt: Type.Integer(),
  name: v.text('Of the callback in the config.'),
  event: v.text('asked, ready, installed, failed or cancelled.'),
  role: Type.Enum(['report', 'deploy']),
  state: Type.Enum([...states], {
    description: 'due waits; undelivered is given up; ended is a command that is over.',
  }),
  tries: Type.Integer(),
  createdAt: v.time(),
  place: v.nullableNumber(
    'Its place in the line of deploys that wait for a free one; null when it waits for none.',
  ),
  nextAt: v.nullableTime('When it is tried next.'),
  error: v.nullableText(),
  errorCode: v.code('error'),
  retryable: Type.Boolean({ description: 'It can be tried again by hand.' }),
})
export type CallbackRow = Static<typeof callbackRow>

export const callbacksQuery = v.closed({
  state: Type.Optional(
    v.several('Only in one of these states. Default: due, running, undelivered.', states),
  ),
  host: Type.Optional(v.text('Only of this host.')),
  ...v.page,
})
export type CallbacksQuery = Static<typeof callbacksQuery>

export const callbackList = v.closed({
  callbacks: Type.Array(callbackRow, { description: 'Newest first.' }),
  total: Type.Integer(),
})
export type CallbackList = Static<typeof callbackList>

export const callbackParams = v.closed({ id: v.digits('Of the callback.') })

export const retryAnswer = v.closed({ callback: callbackRow })
