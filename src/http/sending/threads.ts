import { closeSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Refused } from '../../boot/reason.ts'
import { createRung, type Rung, ringOnce } from '../../linux/bell.ts'
import { type Libc, loadLibc, systemError } from '../../linux/libc.ts'
import type { Wanted } from '../files/asset-path.ts'
import type {
  EndReport,
  OpenedFile,
  OpenReport,
  SendingOrder,
  SendingPace,
  SendingReport,
  SendingSetup,
  SendOrder,
} from './messages.ts'

/** A file that a thread holds open for one download. */
export interface ThreadFile extends OpenedFile {
  /**
   * Writes bytes of it (`to` not included) to the socket of this descriptor, to which nobody else may write before
   * that has ended; it may be closed at any time. `moved` is told the bytes so far. To be called once.
   * Throws where there are no descriptors left.
   */
  send(
    socket: number,
    part: Pick<SendOrder, 'from' | 'to'>,
    moved: (bytes: number) => void,
  ): Promise<Ended>
  /** Ends it soon, sent or not: nothing is open any more. */
  cut(): void
}

export type Ended = Pick<EndReport, 'bytes' | 'end'>

/** Threads that open files and write them to sockets of Node's. */
export interface SendingThreads {
  /** Whether they can take a download. The first question starts them, where they can be. */
  areReady(): boolean
  /** Resolves to that answer when it is certain. */
  begun(): Promise<boolean>
  /** Rejects with the system's error where that says nothing of the path. */
  open(wanted: Wanted): Promise<ThreadFile | Refused>
  close(): Promise<void>
}

export interface SendingOptions extends SendingPace {
  /** Told why there are none, or one less. */
  readonly without?: (why: string) => void
  /** Throws where system calls cannot be made from here. */
  readonly calls?: () => Libc
}

interface Running {
  readonly opened: PromiseWithResolvers<OpenedFile | Refused>
  readonly ended: PromiseWithResolvers<Ended>
  moved: (bytes: number) => void
}

interface SendingThread {
  readonly worker: Worker
  readonly rung: Rung
  readonly running: Map<number, Running>
  readonly began: PromiseWithResolvers<void>
  readonly stopped: PromiseWithResolvers<void>
  bell: number | undefined
}

/** One can fill a fast card; with more, a disk that makes one wait does not hold up all. */
const mostThreads = 2
/** A duplicate that programs which are started do not get (fcntl(2)). */
const duplicate = 1030

interface ThreadsState {
  readonly options: SendingOptions
  libc: Libc | undefined
  threads: readonly SendingThread[] | undefined
  downloads: number
  isClosed: boolean
}

export function createSendingThreads(options: SendingOptions): SendingThreads {
  const state: ThreadsState = {
    ...{ options, libc: undefined, threads: undefined },
    ...{ downloads: 0, isClosed: false },
  }
  const started = () => {
    state.threads ??= start(state)
    return state.threads
  }
  return {
    areReady: () => !state.isClosed && started().some(({ bell }) => bell !== undefined),
    async begun() {
      const threads = started()
      await Promise.all(threads.map(thread => awaited(thread, thread.began)))
      return threads.some(({ bell }) => bell !== undefined)
    },
    open: wanted => open(state, wanted),
    async close() {
      state.isClosed = true
      await Promise.all((state.threads ?? []).map(stop))
    },
  }
}

/** None where system calls cannot be made from here. */
function start(state: ThreadsState): SendingThread[] {
  const { without, calls = loadLibc } = state.options
  try {
    state.libc = calls()
  } catch (error) {
    without?.(firstLine(error))
    return []
  }
  const count = Math.min(availableParallelism(), mostThreads)
  return Array.from({ length: count }, () => startThread(state.options))
}

/** One that cannot begin is done without; one that fails later takes the program with it, as any bug does. */
function startThread({ reportMs, without }: SendingOptions): SendingThread {
  const rung = createRung()
  const setup: SendingSetup = { reportMs, rung }
  const worker = new Worker(new URL('./thread.ts', import.meta.url), {
    workerData: setup,
    // It closes its files by libc: Node would close their numbers once more in the end, whoever has them by then.
    trackUnmanagedFds: false,
  })
  const thread: SendingThread = {
    ...{ worker, rung, running: new Map(), bell: undefined },
    began: Promise.withResolvers(),
    stopped: Promise.withResolvers(),
  }
  worker.on('message', (report: SendingReport) => hear(thread, report))
  worker.on('error', error => {
    if (thread.bell !== undefined) throw error
    without?.(firstLine(error))
    thread.began.resolve()
    thread.stopped.resolve()
  })
  // Downloads keep the program alive by their sockets.
  worker.unref()
  return thread
}

function firstLine(error: unknown): string {
  return (error as Error).message.split('\n')[0] ?? ''
}

async function open(state: ThreadsState, wanted: Wanted): Promise<ThreadFile | Refused> {
  const { libc, threads = [] } = state
  const idlest = (a: SendingThread, b: SendingThread) => a.running.size - b.running.size
  const [thread] = threads.filter(({ bell }) => bell !== undefined).toSorted(idlest)
  if (!libc || !thread) throw new Error('no thread sends files')
  const id = state.downloads++
  const running: Running = {
    opened: Promise.withResolvers(),
    ended: Promise.withResolvers(),
    moved: () => {},
  }
  thread.running.set(id, running)
  order(thread, { kind: 'open', id, wanted })
  const opened = await running.opened.promise
  if ('refused' in opened) return opened
  return {
    ...opened,
    async send(socket, part, moved) {
      if (state.isClosed || !thread.running.has(id)) return { bytes: 0, end: 'client closed' }
      const line = libc.fcntl(socket, duplicate, 0)
      if (line < 0) throw systemError('dup', libc.errno())
      running.moved = moved
      order(thread, { kind: 'send', id, line, ...part })
      return running.ended.promise
    },
    cut() {
      if (thread.running.has(id)) order(thread, { kind: 'cut', id })
    },
  }
}

function order({ worker, bell, rung }: SendingThread, what: SendingOrder): void {
  worker.postMessage(what)
  if (bell !== undefined) ringOnce(bell, rung)
}

function hear(thread: SendingThread, report: SendingReport): void {
  switch (report.kind) {
    case 'began':
      thread.bell = report.bell
      thread.began.resolve()
      break
    case 'opened':
      opened(thread, report)
      break
    case 'moved':
      for (const [n, id] of report.ids.entries()) {
        thread.running.get(id)?.moved(report.bytes[n] ?? 0)
      }
      break
    case 'ended':
      ended(thread, report.id, report)
      break
    case 'stopped':
      // The thread left it open: closed there, its number could have been something else at the last ring.
      if (thread.bell !== undefined) closeSync(thread.bell)
      thread.bell = undefined
      for (const id of thread.running.keys()) ended(thread, id, { bytes: 0, end: 'client closed' })
      thread.stopped.resolve()
  }
}

function opened(thread: SendingThread, { id, opened }: OpenReport): void {
  const running = thread.running.get(id)
  if (!('path' in opened)) thread.running.delete(id)
  // Of an error only the message would arrive.
  if ('error' in opened) running?.opened.reject(Object.assign(new Error(), opened.error))
  else running?.opened.resolve(opened)
}

function ended(thread: SendingThread, id: number, { bytes, end }: Ended): void {
  const running = thread.running.get(id)
  thread.running.delete(id)
  running?.opened.reject(new Error('no thread sends files any more'))
  running?.ended.resolve({ bytes, end })
}

async function stop(thread: SendingThread): Promise<void> {
  await awaited(thread, thread.began)
  order(thread, { kind: 'stop' })
  await awaited(thread, thread.stopped)
}

/** Whoever waits for a thread keeps the program alive; the thread alone does not. */
async function awaited({ worker }: SendingThread, what: PromiseWithResolvers<void>): Promise<void> {
  worker.ref()
  await what.promise
  worker.unref()
}
