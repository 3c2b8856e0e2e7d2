import type { ServerResponse } from 'node:http'
import { createLoopTurns } from '../../base/loop-turns.ts'
import type { EventReading, EventRecord, EventsWanted } from '../../boot/event-record.ts'
import { drained } from './drained.ts'
import { isOneOf } from './filters.ts'
import { beginEventStream } from './reader-place.ts'
import { eventView } from './views.ts'

export interface EventsDeps extends EventReading {
  /** Calls back for each new event until the returned function is called. */
  listen(listener: (event: EventRecord) => void): () => void
}

/** What a reader wants to hear: of a host, of some kinds (of all where there are none), after an id. */
export interface StreamWanted {
  readonly host: string | undefined
  readonly kinds: readonly string[]
  readonly after: number
}

/** A reader that does not read is let go when this many bytes wait for it. */
const longestBacklog = 256 * 1024
/** Events that are looked up at once; between two such pages others have their turn. */
const pageSize = 100
/** Of what is told at once, in characters. */
const longestPage = 32 * 1024

/** Server-sent events for readers: each is told what was, at its own pace, and then what comes. */
export function createEventStreams(deps: EventsDeps) {
  const turn = createLoopTurns()
  const messageOf = createMessages()
  return (out: ServerResponse, { host, kinds, after }: StreamWanted): void => {
    let last = after
    /** What a reader is told of an event; empty for what was told or is not wanted. */
    const wordsOf = (event: EventRecord): string => {
      if (event.id <= last || (host !== undefined && event.host !== host)) return ''
      last = event.id
      return isOneOf(kinds, event.kind) ? messageOf(event) : ''
    }
    const send = (event: EventRecord) => {
      const words = wordsOf(event)
      if (words !== '') tellReader(out, words)
    }
    // What comes while a page is looked up may be missing in it.
    let meanwhile: EventRecord[] | undefined
    let live = false
    const unlisten = deps.listen(event => {
      if (live) send(event)
      else meanwhile?.push(event)
    })
    beginEventStream(out, unlisten)
    const nextPage = async (): Promise<boolean> => {
      meanwhile = []
      const events = await deps.after(last, pageSize, host, ofKinds(kinds))
      const { text, taken } = joined(events, wordsOf)
      if (text !== '') tellReader(out, text)
      if (taken < pageSize && taken === events.length) return false
      meanwhile = undefined
      return true
    }
    const catchUp = async () => {
      await turn()
      while (!out.destroyed && (await nextPage())) {
        await drained(out)
        await turn()
      }
      for (const event of meanwhile ?? []) send(event)
      live = true
    }
    catchUp().catch(() => out.destroy())
  }
}

/** The words of a page as one message. Of long events some are left out, to be looked up again. */
function joined(events: readonly EventRecord[], wordsOf: (event: EventRecord) => string) {
  let text = ''
  let taken = 0
  for (const event of events) {
    if (text.length >= longestPage) break
    text += wordsOf(event)
    taken++
  }
  return { text, taken }
}

/** None are all. */
export function ofKinds(kinds: readonly string[]): Pick<EventsWanted, 'kinds'> {
  return kinds.length > 0 ? { kinds } : {}
}

/** Writes a message; a reader for whom too much waits is let go. */
export function tellReader(out: ServerResponse, message: string): void {
  out.write(message)
  if (out.writableLength > longestBacklog) out.destroy()
}

/** A new event goes to all readers one after the other: its message is made once. */
function createMessages(): (event: EventRecord) => string {
  let made: { readonly event: EventRecord; readonly message: string } | undefined
  return event => {
    if (made?.event !== event) {
      const message = `id: ${event.id}\ndata: ${JSON.stringify(eventView(event))}\n\n`
      made = { event, message }
    }
    return made.message
  }
}
