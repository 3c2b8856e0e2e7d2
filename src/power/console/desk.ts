import { join } from 'node:path'
import { given } from '../../base/given.ts'
import type { ConsoleOwner, ConsoleState, ConsoleWay } from '../../boot/console.ts'
import type { Host } from '../../boot/host.ts'
import type { Reason } from '../../boot/reason.ts'
import { dropLeft } from './left.ts'
import { type ConsoleRing, openRing } from './ring.ts'
import { type ConsoleSession, type ConsoleWayDeps, connectConsole } from './ways.ts'

export interface ConsoleDeskDeps extends ConsoleWayDeps {
  /** A host of the config, as it is now. */
  host(name: string): Host | undefined
  way(name: string): ConsoleWay | undefined
  /** The names that its templates may use. */
  context(host: Host): object
  /** Hosts whose console is to be kept although nobody looks, since they are being installed. */
  needed(): readonly string[]
  /** Whose boot writes now. */
  owner(host: string): ConsoleOwner | undefined
  /** Where what was heard is kept, and how many bytes of each. */
  readonly folder: string
  bound(): number
  /** Epoch milliseconds. */
  now(): number
  /** What was heard of a host could not be kept. */
  notKept(host: string, error: unknown): void
  connect?: typeof connectConsole
}

/** Where everybody reads and types at the consoles of machines: one session at each, for all. */
export interface ConsoleDesk {
  /** Why this host's console cannot be read; undefined where it has a way. */
  whyNot(host: Host): Reason | undefined
  state(host: string): ConsoleState
  /** What is kept of it. */
  kept(host: string): Pick<ConsoleRing, 'read' | 'begin' | 'end' | 'parts'>
  /** Keeps it open, and calls back when there is more to read or its state has changed, until it is called. */
  follow(host: string, changed: () => void): () => void
  /** Types. Why not, where it is not open. */
  type(host: Host, text: string): Reason | undefined
  /** Opens what is needed, and closes what nobody needs; to be called each second. */
  look(): void
  /** When the disk is nearly full, what is heard is not kept, and so not shown. */
  setDropping(value: boolean): void
  /** Removes what is kept of hosts that left the config a day ago; returns their names. */
  dropLeft(): readonly string[]
  /** Ends all sessions, and has them given back. */
  close(): Promise<void>
}

interface Entry {
  readonly name: string
  readonly ring: ConsoleRing
  readonly readers: Set<() => void>
  session?: ConsoleSession
  /** The way that it goes by, as text. */
  via: string
  state: ConsoleState
  /** Milliseconds until it is tried again, the next time that it ends. */
  pause: number
  openedAt: number
  unneededSince?: number
}

interface Desk extends ConsoleDeskDeps {
  readonly entries: Map<string, Entry>
  isClosed: boolean
  isDropping: boolean
}

/** Sessions at the same time; each is a process or two. */
const most = 200
/** How long it stays open when nobody needs it any more: what is said at an end comes late. */
const lingerMs = 60_000
const shortestPause = 1000
const longestPause = 60_000
/** Who was connected for so long is connected to again at once. */
const steadyMs = 60_000
/** From one piece of 64 KiB to the next: one console that never stops, and many together, leave time for others. */
const restMs = 30
const restOfEachMs = 5

/** The consoles of the machines of the config. Nothing is opened yet. */
export function createConsoleDesk(deps: ConsoleDeskDeps): ConsoleDesk {
  const desk: Desk = { ...deps, entries: new Map(), isClosed: false, isDropping: false }
  const { entries } = desk
  return {
    whyNot: host => whyNoConsole(host, deps),
    state: name => stateOf(entries.get(name), desk),
    kept: name => entries.get(name)?.ring ?? ringOf(name, deps),
    follow(name, changed) {
      const entry = entryOf(name, desk)
      // Two readers may be one function.
      const reader = () => changed()
      entry.readers.add(reader)
      settle(entry, true, desk)
      return () => void entry.readers.delete(reader)
    },
    type(host, text) {
      const why = whyNoConsole(host, deps)
      const entry = entries.get(host.name)
      if (why) return why
      if (entry?.state.state !== 'open') return { code: 'console-not-open', host: host.name }
      entry.session?.write(Buffer.from(text))
      return undefined
    },
    look() {
      const needed = new Set(deps.needed())
      for (const name of needed) entryOf(name, desk)
      for (const entry of [...entries.values()]) settle(entry, needed.has(entry.name), desk)
    },
    setDropping(value) {
      if (value === desk.isDropping) return
      desk.isDropping = value
      for (const entry of entries.values()) tellReaders(entry)
    },
    dropLeft() {
      const isThere = (name: string) => deps.host(name) !== undefined || entries.has(name)
      return dropLeft(deps.folder, isThere, deps.now())
    },
    async close() {
      desk.isClosed = true
      const sessions = [...entries.values()].flatMap(({ session }) => session ?? [])
      for (const session of sessions) session.end()
      await Promise.all(sessions.map(({ ended }) => ended))
      for (const { ring } of entries.values()) ring.close()
    },
  }
}

function whyNoConsole(host: Host, { way }: Pick<ConsoleDeskDeps, 'way'>): Reason | undefined {
  const by = host.console?.by
  if (by === undefined) return { code: 'no-console', host: host.name }
  return way(by) ? undefined : { code: 'no-console-way', name: by }
}

function stateOf(entry: Entry | undefined, { isDropping }: Desk): ConsoleState {
  const { state } = entry ?? { state: { state: 'closed' } as const }
  return state.state === 'open' && isDropping
    ? { ...state, why: { code: 'console-not-kept' } }
    : state
}

function ringOf(name: string, { folder, bound }: ConsoleDeskDeps): ConsoleRing {
  return openRing(join(folder, encodeURIComponent(name)), bound)
}

function entryOf(name: string, desk: Desk): Entry {
  const known = desk.entries.get(name)
  if (known) return known
  const entry: Entry = {
    ...{ name, ring: ringOf(name, desk), readers: new Set(), state: { state: 'closed' } },
    ...{ via: '', pause: shortestPause, openedAt: 0 },
  }
  desk.entries.set(name, entry)
  return entry
}

/** Opens or closes it, as it is needed. */
function settle(entry: Entry, isNeeded: boolean, desk: Desk): void {
  const host = desk.host(entry.name)
  const way = host?.console && desk.way(host.console.by)
  const via = JSON.stringify([way, host?.console?.address])
  if (entry.session && via !== entry.via) entry.session.end()
  const isWanted = way !== undefined && (isNeeded || entry.readers.size > 0)
  if (isWanted) delete entry.unneededSince
  else entry.unneededSince ??= desk.now()
  if (isWanted && host && !entry.session) open(entry, host, way, via, desk)
  if (isWanted) return
  const isOver = !way || desk.now() - (entry.unneededSince ?? 0) >= lingerMs
  if (entry.session && isOver) entry.session.end()
  if (entry.session || entry.readers.size > 0) return
  entry.ring.close()
  desk.entries.delete(entry.name)
}

function open(entry: Entry, host: Host, way: ConsoleWay, via: string, desk: Desk): void {
  const { state } = entry
  if (desk.isClosed || (state.state === 'waiting' && state.until > desk.now())) return
  if ([...desk.entries.values()].filter(({ session }) => session).length >= most) {
    wait(entry, { code: 'console-many', most }, desk)
    return
  }
  entry.via = via
  tell(entry, { state: 'opening' })
  const target = { context: desk.context(host), ...given('address', host.console?.address) }
  const { connect = connectConsole } = desk
  entry.session = connect(way, target, earsOf(entry, desk), desk)
  void entry.session.ended.then(why => over(entry, why, desk))
}

function earsOf(entry: Entry, desk: Desk) {
  return {
    opened() {
      entry.openedAt = desk.now()
      tell(entry, { state: 'open' })
    },
    bytes(piece: Uint8Array) {
      if (desk.isDropping) return
      try {
        entry.ring.append(piece, desk.owner(entry.name))
      } catch (error) {
        desk.notKept(entry.name, error)
      }
      tellReaders(entry)
    },
    restMs: () => Math.max(restMs, restOfEachMs * desk.entries.size),
  }
}

function over(entry: Entry, why: Reason, desk: Desk): void {
  const wasSteady = entry.state.state === 'open' && desk.now() - entry.openedAt >= steadyMs
  delete entry.session
  if (wasSteady) entry.pause = shortestPause
  if (entry.unneededSince !== undefined || desk.isClosed) tell(entry, { state: 'closed' })
  else wait(entry, why, desk)
}

function wait(entry: Entry, why: Reason, desk: Desk): void {
  const until = desk.now() + entry.pause
  entry.pause = Math.min(entry.pause * 2, longestPause)
  tell(entry, { state: 'waiting', why, until })
}

function tell(entry: Entry, state: ConsoleState): void {
  entry.state = state
  tellReaders(entry)
}

function tellReaders({ readers }: Entry): void {
  for (const reader of readers) reader()
}
