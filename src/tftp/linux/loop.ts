// Taken once: as a global it is a getter.
import { performance } from 'node:perf_hooks'
import { eventBytes, eventDataAt, type KernelMemory } from '../../linux/kernel-memory.ts'
import type { Libc } from '../../linux/libc.ts'
import type { UdpEngine } from '../engine.ts'
import { eventSlots, memoryPlaces } from './memory.ts'

/** What happens to a descriptor. */
export interface Watcher {
  readable(): void
  /** There is room to send again. */
  writable?(): void
}

/**
 * A thread's own loop (epoll(7)). It sleeps in the kernel, not in Node: whatever Node is to do for the
 * thread, it does while `during` runs, after the bell was rung, after {@link Loop.rest}, and now and then.
 */
export interface Loop extends Pick<UdpEngine, 'every' | 'next' | 'during' | 'close'> {
  readonly bell: number
  watch(fd: number, watcher: Watcher): void
  /** Whether to be told of room to send. */
  wantRoom(fd: number, wanted: boolean): void
  /** To be called before the descriptor is closed. */
  forget(fd: number): void
  /** Lets Node do what it has to, before the loop sleeps again. */
  rest(): void
}

const addFd = 1
const changeFd = 3
const readable = 1
const writable = 4
const closeOnExec = 0o2000000
const nonBlocking = 0o4000
/** Packets, roughly, after which Node has its turn even where nobody asked for it. */
const mostRounds = 64
/** Milliseconds that are spent on looking again and again whether Node has read a file; then a little sleep is between. */
const impatienceMs = 0.3
const napMs = 1

interface LoopState {
  readonly libc: Libc
  readonly memory: KernelMemory
  readonly epoll: number
  readonly watchers: Map<number, Watcher>
  /** Sends what is queued. */
  readonly flush: () => void
  turns: (() => void)[]
  look: () => void
  lookMs: number
  lookAt: number
  /** What Node does now. */
  working: number
  /** When the last of that began, or something else came. */
  workedAt: number
  isRestDue: boolean
  isClosed: boolean
}

/** Starts the loop. `flush` sends what is queued, before each wait. */
export function startLoop(libc: Libc, memory: KernelMemory, flush: () => void): Loop {
  const epoll = opened('epoll_create1', libc.epollCreate(closeOnExec), libc)
  const bell = opened('eventfd', libc.eventfd(0, closeOnExec | nonBlocking), libc)
  const state: LoopState = {
    ...{ libc, memory, epoll, flush, watchers: new Map(), turns: [] },
    look: () => {},
    lookMs: 100,
    lookAt: Number.POSITIVE_INFINITY,
    ...{ working: 0, workedAt: 0, isRestDue: false, isClosed: false },
  }
  const rest = () => {
    state.isRestDue = true
  }
  const watch = (fd: number, watcher: Watcher) => {
    state.watchers.set(fd, watcher)
    control(state, addFd, fd, readable)
  }
  const hearBell = () => {
    libc.read(bell, memory.pointer(memoryPlaces.scratch, 8), 8)
    rest()
  }
  watch(bell, { readable: hearBell })
  setImmediate(pass, state)
  return {
    ...{ bell, watch, rest },
    wantRoom: (fd, wanted) => control(state, changeFd, fd, wanted ? readable | writable : readable),
    forget: fd => void state.watchers.delete(fd),
    every(ms, look) {
      Object.assign(state, { look, lookMs: ms, lookAt: performance.now() + ms })
    },
    next: turn => void state.turns.push(turn),
    during: work => during(state, work),
    close() {
      state.isClosed = true
      libc.close(epoll)
    },
  }
}

/** Until Node has something to do, or nothing has come. */
function pass(state: LoopState): void {
  state.isRestDue = false
  for (let round = 0; round < mostRounds && !state.isClosed && !state.isRestDue; round++) {
    if (state.turns.length > 0) callTurns(state)
    const now = performance.now()
    if (now >= state.lookAt) {
      state.lookAt = now + state.lookMs
      state.look()
    }
    state.flush()
    const count = wait(state, timeout(state, now))
    state.flush()
    if (count > 0) state.workedAt = now
    if (state.working > 0 || (count <= 0 && state.turns.length === 0)) break
  }
  if (!state.isClosed) setImmediate(pass, state)
}

function callTurns(state: LoopState): void {
  const { turns } = state
  state.turns = []
  for (const turn of turns) turn()
}

/** How long nothing but the network, the bell and the clock matters: milliseconds. */
function timeout({ turns, working, workedAt, lookAt, lookMs }: LoopState, now: number): number {
  if (turns.length > 0) return 0
  if (working > 0) return now - workedAt < impatienceMs ? 0 : napMs
  return Math.max(0, Math.min(Math.ceil(lookAt - now), lookMs))
}

/** How many descriptors were ready; their watchers were called. */
function wait({ libc, memory, epoll, watchers }: LoopState, timeoutMs: number): number {
  const { words } = memory
  const events = memory.pointer(memoryPlaces.events, eventSlots * eventBytes)
  const count = libc.epollWait(epoll, events, eventSlots, timeoutMs)
  for (let n = 0; n < count; n++) {
    const at = (memoryPlaces.events + n * eventBytes) / 4
    const what = words[at] ?? 0
    // One that was closed meanwhile has no watcher; another that has its number by now finds nothing there.
    const watcher = watchers.get(words[at + eventDataAt / 4] ?? 0)
    if (what & writable) watcher?.writable?.()
    if (what & ~writable) watcher?.readable()
  }
  return count
}

function control(
  { libc, memory, epoll }: LoopState,
  what: number,
  fd: number,
  events: number,
): void {
  const { bytes } = memory
  bytes.writeUInt32LE(events, memoryPlaces.scratch)
  bytes.writeUInt32LE(fd, memoryPlaces.scratch + eventDataAt)
  libc.epollCtl(epoll, what, fd, memory.pointer(memoryPlaces.scratch, eventBytes))
}

async function during<T>(state: LoopState, work: Promise<T>): Promise<T> {
  if (state.working++ === 0) state.workedAt = performance.now()
  state.isRestDue = true
  try {
    return await work
  } finally {
    state.working--
  }
}

function opened(what: string, fd: number, libc: Libc): number {
  if (fd < 0) throw new Error(`${what}: error ${libc.errno()}`)
  return fd
}
