import Type, { type Static } from 'typebox'
import { eventKinds } from '../boot/event-kinds.ts'
import * as v from './values.ts'

export const hostEvent = v.closed(
  {
    id: Type.Integer(),
    at: v.time(),
    host: v.nullableText('Null for what concerns no host.'),
    kind: v.text(eventKinds.join(', ')),
    code: v.nullableText(
      'What happened, for programs: with the kind it says what `data` holds. Null in lines from before codes.',
    ),
    data: Type.Optional(Type.Unknown()),
    text: v.text('For people: made from the code and the data, and reworded at any time.'),
    reason: Type.Optional(v.text('For people: the reason in the data alone, where it has one.')),
    count: Type.Integer({ description: 'How many equal events in a row this stands for.' }),
  },
  'One line of a timeline.',
)
export type HostEvent = Static<typeof hostEvent>

export const eventsQuery = v.closed({
  host: Type.Optional(v.text('Only this host.')),
  kind: Type.Optional(v.several('Only these kinds.', eventKinds)),
  after: Type.Optional(v.digits('Those after this id, oldest first.')),
  before: Type.Optional(
    v.digits(
      'Those before this id, the newest of them where there is no `after`; not for the stream.',
    ),
  ),
  limit: Type.Optional(
    v.digits(
      'At most this many, up to 9999; 1000 without it.',
      '^[1-9]\\d{0,3}$',
      'a number from 1 to 9999',
    ),
  ),
  live: Type.Optional(
    Type.String({
      pattern: '^true$',
      description:
        'The stream also carries `event: host` with the row of each host that changed, `event: notices`, and `event: reloaded` when the config was read again and any host may be new or gone.',
    }),
  ),
})
export type EventsQuery = Static<typeof eventsQuery>

export const eventList = v.closed({
  events: Type.Array(hostEvent, { description: 'Newest last.' }),
})
export type EventList = Static<typeof eventList>
