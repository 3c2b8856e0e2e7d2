import { closeSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { given } from '../base/given.ts'
import type { DoorLog } from '../base/log.ts'
import { ring } from '../linux/bell.ts'
import { countsMemory } from './counts.ts'
import type { EngineName, Where } from './engine.ts'
import type { TftpEvent } from './event.ts'
import type { FileLookup, Peer } from './files.ts'
import type { TftpLimits } from './limits.ts'
import type { Setup, ThreadOrder, ThreadQuestion, ThreadReport } from './messages.ts'
import type { Keep } from './packet-tap.ts'
import type { PeerTerms } from './terms.ts'

/** What threads ask, and whom they tell. */
export interface ThreadOptions extends FileLookup {
  readonly limits: TftpLimits
  /** Whom we serve, and how; without it everybody alike. */
  readonly termsFor?: (peer: Peer) => PeerTerms
  readonly log: DoorLog
  readonly seen: (event: TftpEvent) => void
  /** A client has acknowledged a block of what was made for it. */
  readonly arrived?: (receipt: number) => void
  /** Told of the packets that tell the story of a download. */
  readonly keep?: Keep
  /** See {@link Setup}. */
  readonly engine?: EngineName
}

/** The threads that serve files; to the rest of the server they are one. */
export interface Threads {
  /** Opens a socket in every thread; one that was opened for us goes to a single thread. */
  open(door: number, where: Where): Promise<void>
  close(door: number): void
  /** Ends downloads, sockets and threads. */
  stop(): Promise<void>
}

interface Thread {
  readonly worker: Worker
  /** Says why it goes the other way; one of all threads does. */
  readonly explains: boolean
  /** See {@link import('./engine.ts').UdpEngine}. */
  bell: number | undefined
  readonly opening: Map<number, PromiseWithResolvers<void>>
  readonly stopped: PromiseWithResolvers<void>
}

/** Starts `count` threads. A thread that fails takes the program with it, as any bug does. */
export function startThreads(count: number, options: ThreadOptions): Threads {
  const { roots, allowedRoots = [], limits } = options
  const cacheBytes = Math.floor(limits.cacheBytes / count)
  const setup: Setup = {
    limits: { ...limits, cacheBytes },
    roots,
    allowedRoots,
    counts: countsMemory(),
    keeps: options.keep !== undefined,
    ...given('engine', options.engine),
  }
  const threads = Array.from({ length: count }, (_, n) => startThread(setup, options, n === 0))
  return {
    async open(door, where) {
      const listening = 'fd' in where ? threads.slice(0, 1) : threads
      await Promise.all(listening.map(thread => openIn(thread, door, where)))
    },
    close(door) {
      for (const thread of threads) order(thread, { kind: 'close', door })
    },
    async stop() {
      for (const thread of threads) order(thread, { kind: 'stop' })
      await Promise.all(threads.map(({ stopped }) => stopped.promise))
    },
  }
}

/** What packets leave behind is garbage at once; V8 would let 150 MB of it pile up in each thread under a flood. */
const youngMb = 16

function startThread(setup: Setup, options: ThreadOptions, explains: boolean): Thread {
  const resourceLimits = { maxYoungGenerationSizeMb: youngMb }
  const script = new URL('./thread.ts', import.meta.url)
  const worker = new Worker(script, { workerData: setup, resourceLimits })
  const thread: Thread = {
    ...{ worker, explains, bell: undefined },
    opening: new Map(),
    stopped: Promise.withResolvers(),
  }
  worker.on('message', (report: ThreadReport) => hear(thread, options, report))
  return thread
}

function order(thread: Thread, what: ThreadOrder): void {
  thread.worker.postMessage(what)
  if (thread.bell !== undefined) ring(thread.bell)
}

function openIn(thread: Thread, door: number, where: Where): Promise<void> {
  const opening = Promise.withResolvers<void>()
  thread.opening.set(door, opening)
  order(thread, { kind: 'open', door, where })
  return opening.promise
}

function hear(thread: Thread, options: ThreadOptions, report: ThreadReport): void {
  switch (report.kind) {
    case 'began':
      began(thread, options, report)
      break
    case 'opened':
      thread.opening.get(report.door)?.resolve()
      break
    case 'not-opened':
      thread.opening.get(report.door)?.reject(Object.assign(new Error(), report.error))
      break
    case 'stopped':
      // The thread left it open: closed there, its number could have been something else at the last ring.
      if (thread.bell !== undefined) closeSync(thread.bell)
      thread.bell = undefined
      thread.stopped.resolve()
      break
    case 'seen':
      options.seen(report.event)
      break
    case 'arrived':
      options.arrived?.(report.receipt)
      break
    case 'kept':
      options.keep?.(report.packet)
      break
    case 'log':
      options.log[report.level](report.fields, report.text)
      break
    case 'ask':
      void reply(thread, options, report.id, report.question)
  }
}

type BeganReport = Extract<ThreadReport, { kind: 'began' }>

function began(thread: Thread, { log }: ThreadOptions, { bell, why }: BeganReport): void {
  if (why !== undefined && thread.explains) log.info({ why }, 'TFTP goes by the sockets of Node')
  thread.bell = bell
  // For what was ordered before.
  if (bell !== undefined) ring(bell)
}

async function reply(
  thread: Thread,
  options: ThreadOptions,
  id: number,
  question: ThreadQuestion,
): Promise<void> {
  try {
    const value = await lookUp(options, question)
    order(thread, { kind: 'answer', id, answer: { value } })
  } catch (error) {
    order(thread, { kind: 'answer', id, answer: { error } })
  }
}

function lookUp(options: ThreadOptions, question: ThreadQuestion) {
  const { peer } = question
  if (question.about === 'name') return options.virtual?.(question.name, peer)
  return options.termsFor?.(peer)
}
