import { fstatSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { parentPort, workerData } from 'node:worker_threads'
import { noteHeard } from '../../linux/bell.ts'
import { createEpoll, epollEvents } from '../../linux/epoll.ts'
import { createKernelMemory } from '../../linux/kernel-memory.ts'
import { loadLibc } from '../../linux/libc.ts'
import { openWanted, type Wanted } from '../files/asset-path.ts'
import { versionKey } from '../files/conditional.ts'
import { waitedFiles } from '../files/file-calls.ts'
import type {
  EndReport,
  ReadFailure,
  SendingOrder,
  SendingReport,
  SendingSetup,
  SendOrder,
} from './messages.ts'
import {
  arrived,
  type HeldFile,
  type Outgoing,
  outgoingOf,
  type SendingCalls,
  type SendTurn,
  send,
  sendingEvents,
  sendingPlaces,
} from './outgoing.ts'

/**
 * A thread that opens files and sends them: it sleeps until sockets have room or its bell is rung. It owns the
 * descriptors of its files and its sockets, of which Node has others, and closes them before it tells that a
 * download is over.
 */
const { reportMs, rung } = workerData as SendingSetup
const idleMs = 100
/** Turns in the kernel before Node has its own. */
const mostRounds = 16
const longestLookMs = 128

interface UnderWay {
  readonly download: Outgoing
  /** How far its bytes had arrived at the last report. */
  told: number
  /** When it is looked at again, whether its bytes have arrived; and how long after the look before. */
  lookAt: number
  lookMs: number
}

const libc = loadLibc()
const memory = createKernelMemory(sendingPlaces.end, libc.addressOf)
const keyNow = (file: number) => versionKey(fstatSync(file, { bigint: true }))
const calls: SendingCalls = { libc, memory, keyNow }
const epoll = createEpoll(libc, memory, { ...sendingPlaces, eventSlots: sendingEvents })
const bell = libc.eventfd(0, 0o2000000 | 0o4000)
if (bell < 0) throw new Error(`eventfd: error ${libc.errno()}`)
epoll.add(bell, epollEvents.readable)

/** Every file that is open. */
const held = new Map<number, HeldFile>()
const byId = new Map<number, UnderWay>()
const byLine = new Map<number, UnderWay>()
/** Those that wait for bytes to arrive, which the kernel tells nobody. */
const arriving = new Set<UnderWay>()
let reportAt = performance.now() + reportMs
let isRung = false
let isStopped = false

parentPort?.on('message', (order: SendingOrder) => {
  switch (order.kind) {
    case 'open':
      void open(order.id, order.wanted)
      break
    case 'send':
      begin(order)
      break
    case 'cut':
      cut(order.id)
      break
    case 'stop':
      stop()
  }
})
tell({ kind: 'began', bell })
setImmediate(pass)

function pass(): void {
  isRung = false
  for (let round = 0; round < mostRounds && !isRung; round++) {
    const now = performance.now()
    if (now >= reportAt) report(now)
    for (const entry of arriving) if (now >= entry.lookAt) takeTurn(entry)
    if (epoll.wait(timeout(now), ready) <= 0) break
  }
  if (!isStopped) setImmediate(pass)
}

function timeout(now: number): number {
  let until = Math.min(now + idleMs, byId.size > 0 ? reportAt : Number.POSITIVE_INFINITY)
  for (const { lookAt } of arriving) until = Math.min(until, lookAt)
  return Math.max(0, Math.ceil(until - now))
}

function ready(fd: number, events: number): void {
  if (fd === bell) {
    libc.read(bell, memory.pointer(sendingPlaces.scratch, 8), 8)
    noteHeard(rung)
    isRung = true
    return
  }
  const entry = byLine.get(fd)
  if (!entry) return
  if (events & (epollEvents.error | epollEvents.hangUp)) end(entry, 'client closed')
  else takeTurn(entry)
}

async function open(id: number, wanted: Wanted): Promise<void> {
  try {
    const opened = await openWanted(waitedFiles, wanted)
    if ('refused' in opened) return tell({ kind: 'opened', id, opened })
    const { file, path } = opened
    const { dev, ino, size, mtimeNs } = opened.status
    const status = { dev, ino, size, mtimeNs }
    held.set(id, { file, key: versionKey(status) })
    tell({ kind: 'opened', id, opened: { path, status } })
  } catch (error) {
    const { message } = error as Error
    tell({ kind: 'opened', id, opened: { error: { ...(error as Error), message } } })
  }
}

function begin(order: SendOrder): void {
  const file = held.get(order.id)
  if (!file) {
    // It was cut, and that is told.
    libc.close(order.line)
    return
  }
  const entry = { download: outgoingOf(order, file), told: order.from, lookAt: 0, lookMs: 1 }
  byId.set(order.id, entry)
  byLine.set(order.line, entry)
  try {
    epoll.add(order.line, epollEvents.writable)
  } catch (error) {
    end(entry, failureOf(error))
  }
}

function cut(id: number): void {
  const entry = byId.get(id)
  if (entry) end(entry, 'client closed')
  else if (held.has(id)) letGo(id, 0, 'client closed')
}

function takeTurn(entry: UnderWay): void {
  const turn = turnOf(entry)
  if (turn === 'arriving') postpone(entry)
  else if (isEnd(turn)) end(entry, turn)
  else if (arriving.delete(entry)) epoll.change(entry.download.line, epollEvents.writable)
}

function turnOf({ download }: UnderWay): SendTurn {
  try {
    return send(calls, download)
  } catch (error) {
    return failureOf(error)
  }
}

/** Errors of the system end a download; all others are thrown on. */
function failureOf(error: unknown): ReadFailure {
  const { errno } = error as NodeJS.ErrnoException
  if (errno === undefined) throw error
  return { errno: -errno }
}

/** It is looked at again soon, and later and later. */
function postpone(entry: UnderWay): void {
  if (!arriving.has(entry)) {
    arriving.add(entry)
    epoll.change(entry.download.line, 0)
  }
  entry.lookAt = performance.now() + entry.lookMs
  entry.lookMs = Math.min(entry.lookMs * 2, longestLookMs)
}

function isEnd(turn: SendTurn): turn is EndReport['end'] {
  return turn !== 'more' && turn !== 'full' && turn !== 'arriving'
}

function end(entry: UnderWay, how: EndReport['end']): void {
  const { id, line, at, from } = entry.download
  byId.delete(id)
  byLine.delete(line)
  arriving.delete(entry)
  epoll.remove(line)
  libc.close(line)
  letGo(id, at - from, how)
}

function letGo(id: number, bytes: number, how: EndReport['end']): void {
  const file = held.get(id)
  held.delete(id)
  if (file) libc.close(file.file)
  tell({ kind: 'ended', id, bytes, end: how })
}

function report(now: number): void {
  reportAt = now + reportMs
  const moved = [...byId.values()].filter(entry => {
    const before = entry.told
    entry.told = arrived(calls, entry.download)
    return entry.told !== before
  })
  if (moved.length === 0) return
  const ids = moved.map(({ download }) => download.id)
  tell({ kind: 'moved', ids, bytes: moved.map(({ download: { at, from } }) => at - from) })
}

function stop(): void {
  for (const id of held.keys()) cut(id)
  epoll.close()
  isStopped = true
  // The bell stays open: it is closed by whoever rings it.
  tell({ kind: 'stopped' })
  parentPort?.close()
}

function tell(message: SendingReport): void {
  parentPort?.postMessage(message)
}
