import type { EventContent } from './event.ts'
import { isKnownEvent } from './words/event.ts'

/** Something to be recorded; host null is for what concerns no host. */
export type NewEvent = { readonly host: string | null } & EventContent

/** A line of a timeline as it is kept; equal ones in a row are one. Times are epoch milliseconds. */
export interface EventRecord {
  readonly id: number
  /** The first and the last of them. */
  readonly at: number
  readonly lastAt: number
  readonly count: number
  readonly host: string | null
  readonly kind: string
  /** Null where a database from before codes has nothing but the text. */
  readonly code: string | null
  readonly data: unknown
  /** For people: made from the code and the data. */
  readonly text: string
}

/** Which lines are wanted: of some kinds, before an id. */
export interface EventsWanted {
  readonly kinds?: readonly string[]
  readonly before?: number
}

/** What a line is about, with its types; undefined where it has no code that this version knows. */
export function contentOf({ kind, code, data }: EventRecord): EventContent | undefined {
  return code !== null && isKnownEvent(kind, code)
    ? ({ kind, code, data } as EventContent)
    : undefined
}

/** Timelines as people read them: nothing is decided by that, so it may take its time. */
export interface EventReading {
  /** Events after an id, oldest first. */
  after(
    id: number,
    limit: number,
    host?: string,
    wanted?: EventsWanted,
  ): Promise<readonly EventRecord[]>
  /** The last of them, oldest first. */
  newest(limit: number, host?: string, wanted?: EventsWanted): Promise<readonly EventRecord[]>
}
