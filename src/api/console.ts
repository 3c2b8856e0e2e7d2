import Type, { type Static } from 'typebox'
import * as v from './values.ts'

const states = ['closed', 'opening', 'open', 'waiting'] as const

export const consoleStatus = v.closed({
  state: Type.Enum([...states], {
    description: 'waiting: it could not be opened, or was lost, and is tried again.',
  }),
  reason: v.nullableText('Why it is not open; or open, and not kept.'),
  code: v.code(),
  until: v.nullableTime('When it is tried again.'),
})
export type ConsoleStatus = Static<typeof consoleStatus>

const place = (description: string) => Type.Integer({ description })

export const consoleAnswer = v.closed({
  host: v.text(),
  by: v.nullableText('The way to its console; null where the config knows none.'),
  status: consoleStatus,
  from: place('The place of the first byte of `text`, counted since ever.'),
  to: place('The place behind its last byte.'),
  text: v.text('Lines; what moves a cursor or colours is left out.'),
  parts: Type.Array(
    v.closed({
      install: v.nullableText('Whose boot wrote it; null: that of no install.'),
      attempt: v.nullableNumber(),
      from: place('The place of its first byte.'),
      to: place('The place behind its last byte.'),
    }),
    { description: 'All that is kept, oldest first.' },
  ),
})
export type ConsoleAnswer = Static<typeof consoleAnswer>

/** A message of the stream. */
export const consoleMessage = v.closed({
  text: Type.Optional(
    v.text('For a terminal: text, colours and where the cursor is, and nothing else.'),
  ),
  dropped: Type.Optional(place('So many bytes were forgotten before they could be sent.')),
  status: Type.Optional(consoleStatus),
})
export type ConsoleMessage = Static<typeof consoleMessage>

export const consoleQuery = v.closed({
  last: Type.Optional(v.digits('Only so many of the last bytes that are kept.')),
  install: Type.Optional(v.text('Only what was written during this install.')),
  attempt: Type.Optional(
    v.digits(
      'Only what was written during this attempt of it; of the last install, where none is named.',
    ),
  ),
})
export type ConsoleQuery = Static<typeof consoleQuery>

export const consoleBody = v.closed({
  text: Type.String({ minLength: 1, maxLength: 4096, description: 'What is typed, as it is.' }),
})
export type ConsoleBody = Static<typeof consoleBody>

export const typedAnswer = v.closed({ host: v.text() })
export type TypedAnswer = Static<typeof typedAnswer>
