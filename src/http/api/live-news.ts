import type { HostRow } from '../../api/hosts.ts'
import type { EventsDeps } from './event-stream.ts'
import type { Turn } from './views.ts'

/** What a stream tells besides events, where it is asked for. */
export interface LiveDeps {
  /** Calls back with the name of each host of which something has changed. */
  changed(listener: (host: string) => void): () => void
  /** A host as it is now; undefined when it is none of the config. */
  row(name: string, turns: ReadonlyMap<string, Turn>): HostRow | undefined
  /** The places of hosts in the lines where they wait. */
  turns(): ReadonlyMap<string, Turn>
  notices(): readonly string[]
  /** Those of the config; another object after a reload. */
  hosts(): object
}

/** Told messages of all hosts, or of one. */
interface Reader {
  readonly host: string | undefined
  tell(message: string): void
  notices: string
}

/** What changed within this time is told together. */
const liveMs = 500

/**
 * The rows of hosts as they change, that the config has other hosts, and the notices; they have no ids,
 * as only the newest counts. What is told is made once, however many read. Returns what lets a reader
 * hear it until the function it returns is called.
 */
export function createLiveNews(listen: EventsDeps['listen'], deps: LiveDeps) {
  const readers = new Set<Reader>()
  let stop: (() => void) | undefined
  return (host: string | undefined, tell: (message: string) => void): (() => void) => {
    const reader = { host, tell, notices: '[]' }
    readers.add(reader)
    stop ??= start(readers, listen, deps)
    return () => {
      readers.delete(reader)
      if (readers.size > 0) return
      stop?.()
      stop = undefined
    }
  }
}

/** Works while there are readers; returns what ends it. */
function start(
  readers: ReadonlySet<Reader>,
  listen: EventsDeps['listen'],
  deps: LiveDeps,
): () => void {
  const changed = new Set<string>()
  let known = deps.hosts()
  let turns = deps.turns()
  const change = (name: string | null) => {
    if (name !== null) changed.add(name)
  }
  const tell = () => {
    const hosts = deps.hosts()
    if (hosts !== known) for (const reader of readers) reader.tell('event: reloaded\ndata: {}\n\n')
    known = hosts
    if (changed.size > 0) {
      const before = turns
      turns = deps.turns()
      // Whoever leaves the line moves all behind.
      for (const [name, turn] of turns) if (before.get(name)?.place !== turn.place) change(name)
    }
    for (const name of changed) tellOf(name, readers, () => deps.row(name, turns))
    changed.clear()
    tellNotices(JSON.stringify(deps.notices()), readers)
  }
  const unlisten = [listen(event => change(event.host)), deps.changed(change)]
  const clock = setInterval(tell, liveMs)
  return () => {
    clearInterval(clock)
    for (const end of unlisten) end()
  }
}

function tellOf(
  name: string,
  readers: ReadonlySet<Reader>,
  rowOf: () => HostRow | undefined,
): void {
  const concerned = [...readers].filter(({ host }) => host === undefined || host === name)
  if (concerned.length === 0) return
  const row = rowOf()
  if (!row) return
  const message = `event: host\ndata: ${JSON.stringify(row)}\n\n`
  for (const reader of concerned) reader.tell(message)
}

function tellNotices(notices: string, readers: ReadonlySet<Reader>): void {
  for (const reader of readers) {
    if (reader.notices === notices) continue
    reader.notices = notices
    reader.tell(`event: notices\ndata: ${notices}\n\n`)
  }
}
