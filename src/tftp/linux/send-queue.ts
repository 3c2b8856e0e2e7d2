import { getSystemErrorName } from 'node:util'
import { type KernelMemory, putPointer } from '../../linux/kernel-memory.ts'
import type { Libc } from '../../linux/libc.ts'
import { dontWait } from './inbox.ts'
import {
  controlBytes,
  headerBytes,
  memoryPlaces,
  nameBytes,
  outBytes,
  outSlots,
  pieceBytes,
} from './memory.ts'

/** A socket that is sent by. */
export interface OutSocket {
  readonly fd: number
  /** The kernel may be given several packets as one that it cuts (UDP_SEGMENT, udp(7)). */
  cuts: boolean
  /** Nothing is sent by it any more: its number may be another's. */
  isClosed: boolean
  /** What found the kernel's buffer full, the oldest first. */
  waiting: Burst[]
  /** Wants to be flushed when there is room, or no longer. */
  wantRoom(wanted: boolean): void
  failed(error: unknown): void
}

/** Burst for one receiver: each as long as `segment`, but for the last. */
interface Burst {
  readonly bytes: Buffer
  readonly segment: number
  readonly to: Uint8Array | undefined
}

export interface SendQueue {
  /** Copies a packet; it leaves with the next flush at the latest. Without `to` the socket is connected. */
  put(socket: OutSocket, packet: Uint8Array, to?: Uint8Array): void
  flush(): void
  /** There is room again. */
  resume(socket: OutSocket): void
}

/** `UDP_MAX_SEGMENTS` of older kernels, and less than a datagram can have. */
const mostSegments = 64
const mostBytes = 60_000
/** Of one socket; what is more is lost, as a wire loses it. */
const mostWaiting = 4096

/** Messages for one socket, each a row of the arrays. */
interface Messages {
  readonly libc: Libc
  readonly memory: KernelMemory
  readonly starts: Int32Array
  readonly lengths: Int32Array
  readonly segments: Int32Array
  readonly receivers: (Uint8Array | undefined)[]
  socket: OutSocket | undefined
  count: number
  used: number
}

export function createSendQueue(libc: Libc, memory: KernelMemory): SendQueue {
  prepare(memory)
  const queue: Messages = {
    ...{ libc, memory },
    starts: new Int32Array(outSlots),
    lengths: new Int32Array(outSlots),
    segments: new Int32Array(outSlots),
    receivers: [],
    socket: undefined,
    ...{ count: 0, used: 0 },
  }
  return {
    put: (socket, packet, to) => put(queue, socket, packet, to),
    flush: () => flush(queue),
    resume: socket => resume(queue, socket),
  }
}

function put(queue: Messages, socket: OutSocket, packet: Uint8Array, to?: Uint8Array): void {
  const { length } = packet
  if (socket.isClosed) return
  if (socket.waiting.length > 0) {
    if (socket.waiting.length < mostWaiting) {
      socket.waiting.push({ bytes: Buffer.from(packet), segment: length, to })
    }
    return
  }
  // What has no room has none in a datagram either.
  if (length > outBytes) return
  const isOthers = queue.socket !== undefined && queue.socket !== socket
  if (isOthers || queue.used + length > outBytes) {
    flush(queue)
    put(queue, socket, packet, to)
    return
  }
  const last = queue.count - 1
  if (last >= 0 && socket.cuts && joins(queue, last, length, to)) {
    queue.lengths[last] = lengthOf(queue, last) + length
  } else if (queue.count === outSlots) {
    flush(queue)
    put(queue, socket, packet, to)
    return
  } else begin(queue, socket, length, to)
  queue.memory.bytes.set(packet, memoryPlaces.outBytes + queue.used)
  queue.used += length
}

function begin(
  queue: Messages,
  socket: OutSocket,
  length: number,
  to: Uint8Array | undefined,
): void {
  queue.socket = socket
  queue.starts[queue.count] = memoryPlaces.outBytes + queue.used
  queue.lengths[queue.count] = length
  queue.segments[queue.count] = length
  queue.receivers[queue.count++] = to
}

/** A message may be followed by a packet that the kernel cuts off again. */
function joins(queue: Messages, n: number, length: number, to: Uint8Array | undefined): boolean {
  const before = lengthOf(queue, n)
  const segment = segmentOf(queue, n)
  return (
    queue.receivers[n] === to &&
    length <= segment &&
    before % segment === 0 &&
    before < segment * mostSegments &&
    before + length <= mostBytes
  )
}

function flush(queue: Messages): void {
  const { socket, libc } = queue
  if (!socket) return
  let again: Burst[] = []
  let from = 0
  while (from < queue.count) {
    const sent = send(queue, socket, from)
    if (sent > 0) {
      from += sent
      continue
    }
    const code = errorName(libc.errno())
    if (code === 'EAGAIN') {
      socket.waiting = takeFrom(queue, from)
      socket.wantRoom(true)
      break
    }
    // The card cannot, or the way is narrower than we thought.
    if (isCut(queue, from) && socket.cuts) {
      socket.cuts = false
      again = takeFrom(queue, from)
      break
    }
    if (code !== 'ECONNREFUSED') socket.failed(Object.assign(new Error(`send ${code}`), { code }))
    from++
  }
  queue.count = 0
  queue.used = 0
  queue.socket = undefined
  if (again.length > 0) putAll(queue, socket, again)
}

/** How many messages from this one on have left; none, or -1, says that it did not. */
function send(queue: Messages, { fd }: OutSocket, from: number): number {
  const { libc, memory, count } = queue
  if (count === 1 && queue.receivers[0] === undefined && !isCut(queue, 0)) {
    const length = lengthOf(queue, 0)
    const sent = libc.send(fd, memory.pointer(queue.starts[0] ?? 0, length), length, dontWait)
    return sent < 0 ? -1 : 1
  }
  if (from === 0) for (let n = 0; n < count; n++) describe(queue, n)
  const left = count - from
  const headers = memory.pointer(memoryPlaces.outHeaders + from * headerBytes, left * headerBytes)
  return libc.sendmmsg(fd, headers, left, dontWait)
}

/** Fills in what is not the same for every message of this place. */
function describe(queue: Messages, n: number): void {
  const { memory } = queue
  const { bytes, words } = memory
  const header = (memoryPlaces.outHeaders + n * headerBytes) / 4
  const piece = memoryPlaces.outPieces + n * pieceBytes
  const length = lengthOf(queue, n)
  const to = queue.receivers[n]
  putPointer(memory, piece, memory.pointer(queue.starts[n] ?? 0, length))
  words[piece / 4 + 2] = length
  if (to) bytes.set(to, memoryPlaces.outNames + n * nameBytes)
  words[header + 2] = to?.length ?? 0
  words[header + 10] = isCut(queue, n) ? 24 : 0
  if (isCut(queue, n))
    words[(memoryPlaces.outControls + n * controlBytes) / 4 + 4] = segmentOf(queue, n)
}

/** There is room again: what waited goes first. */
function resume(queue: Messages, socket: OutSocket): void {
  flush(queue)
  const { waiting } = socket
  socket.waiting = []
  socket.wantRoom(false)
  putAll(queue, socket, waiting)
}

function putAll(queue: Messages, socket: OutSocket, all: readonly Burst[]): void {
  for (const { bytes, segment, to } of all) {
    for (let at = 0; at < bytes.length; at += segment) {
      put(queue, socket, bytes.subarray(at, at + segment), to)
    }
  }
  flush(queue)
}

/** Copies of these messages and all behind them. */
function takeFrom(queue: Messages, from: number): Burst[] {
  return Array.from({ length: queue.count - from }, (_, n) => {
    const start = queue.starts[from + n] ?? 0
    const end = start + lengthOf(queue, from + n)
    return {
      bytes: Buffer.from(queue.memory.bytes.subarray(start, end)),
      segment: segmentOf(queue, from + n),
      to: queue.receivers[from + n],
    }
  })
}

const lengthOf = ({ lengths }: Messages, n: number) => lengths[n] ?? 0
const segmentOf = ({ segments }: Messages, n: number) => segments[n] ?? 0
const isCut = (queue: Messages, n: number) => lengthOf(queue, n) > segmentOf(queue, n)

const errorName = (errno: number) => (errno > 0 ? getSystemErrorName(-errno) : 'unknown')

/** Each header leads to its name, its piece and what says how it is cut (`SOL_UDP`, `UDP_SEGMENT`), for good. */
function prepare(memory: KernelMemory): void {
  const { words } = memory
  for (let slot = 0; slot < outSlots; slot++) {
    const header = memoryPlaces.outHeaders + slot * headerBytes
    const piece = memoryPlaces.outPieces + slot * pieceBytes
    const control = memoryPlaces.outControls + slot * controlBytes
    putPointer(memory, header, memory.pointer(memoryPlaces.outNames + slot * nameBytes, nameBytes))
    putPointer(memory, header + 16, memory.pointer(piece, pieceBytes))
    words[header / 4 + 6] = 1
    putPointer(memory, header + 32, memory.pointer(control, controlBytes))
    words.set([18, 0, 17, 103], control / 4)
  }
}
