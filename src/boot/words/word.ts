import type { EventData, EventKind } from '../event.ts'
import type { Reason, ReasonCode, Reasons } from '../reason.ts'

/** Makes the sentence of a reason that is part of another. */
export type Say = (why: Reason) => string

/** The sentence of each of some reasons. */
export type ReasonWords<C extends ReasonCode> = {
  readonly [Code in C]: (data: Reasons[Code], say: Say) => string
}

/** The line of each code of a kind of event. */
export type EventWords<K extends EventKind> = {
  readonly [Code in keyof EventData[K]]: (data: EventData[K][Code], say: Say) => string
}
