import { constants } from 'node:os'
import { type KernelMemory, layOut, putPointer } from '../../linux/kernel-memory.ts'
import type { Libc } from '../../linux/libc.ts'
import type { EndReport, SendOrder } from './messages.ts'

/** A file that the thread has open: its descriptor, and its version as {@link SendingCalls.keyNow} had it then. */
export interface HeldFile {
  readonly file: number
  readonly key: string
}

/** A download under way. */
export interface Outgoing extends Omit<SendOrder, 'kind'>, HeldFile {
  /** The next byte that is to leave. */
  at: number
  /** Of what left, how many of the last bytes were copied. */
  copied: number
  /** The file system cannot hand pages over. */
  copiesAll: boolean
}

/** Calls of the kernel, the memory it is shown, and the version that an open file has now. */
export interface SendingCalls {
  readonly libc: Libc
  readonly memory: KernelMemory
  readonly keyNow: (file: number) => string
}

/** How a turn of a download went: it is over, may go on at once, waits for room, or for bytes to arrive. */
export type SendTurn = EndReport['end'] | 'more' | 'full' | 'arriving'

/** Bytes of a download in one turn: others wait too. */
const turnBytes = 1024 * 1024
const copyBytes = 256 * 1024
/** The last bytes of a download, which are copied; see {@link send}. */
const tailBytes = 4 * copyBytes

/** Sockets that are told ready at once. */
export const sendingEvents = 64
/** Where each part of a thread's block begins. */
export const sendingPlaces = layOut({ copy: copyBytes, events: sendingEvents * 16, scratch: 64 })

const [dontWait, noSignal] = [0x40, 0x4000]
/** How much a socket holds that its peer has not acknowledged (`SIOCOUTQ`, tcp(7)). */
const outQueue = 0x5411
const { EAGAIN, EINTR, EINVAL, ENOSYS, EIO, ENOMEM, ESTALE } = constants.errno
/** What can only be the file's: of a socket all errors mean the same. */
const fileErrors: readonly number[] = [EIO, ENOMEM, ESTALE]

export function outgoingOf({ kind: _, ...order }: SendOrder, held: HeldFile): Outgoing {
  return { ...order, ...held, at: order.from, copied: 0, copiesAll: false }
}

/**
 * Lets a turn's bytes leave. The kernel takes pages of the file as they are (sendfile(2)), and what is written to
 * the file before they have arrived would still change them. So the last bytes are copied, and the very last ones
 * leave when all before has arrived but for what was copied, and the file is then what it was: no client ever
 * takes a mixture of two versions for the whole.
 */
export function send(calls: SendingCalls, download: Outgoing): SendTurn {
  const end = Math.min(download.to, download.at + turnBytes)
  while (download.at < end) {
    const left = download.to - download.at
    const isTail = left <= tailBytes || download.copiesAll
    const turn = isTail ? copy(calls, download) : handOver(calls, download, left - tailBytes)
    if (turn !== 'more') return turn
  }
  return download.at === download.to ? 'sent' : 'more'
}

function handOver({ libc, memory }: SendingCalls, download: Outgoing, most: number): SendTurn {
  const { scratch } = sendingPlaces
  putPointer(memory, scratch, download.at)
  const length = Math.min(most, turnBytes)
  const sent = libc.sendfile(download.line, download.file, memory.pointer(scratch, 8), length)
  if (sent > 0) {
    download.at += sent
    return 'more'
  }
  if (sent === 0) return 'file changed'
  const error = libc.errno()
  if (error === EINVAL || error === ENOSYS) {
    download.copiesAll = true
    return 'more'
  }
  return failed(error)
}

function copy(calls: SendingCalls, download: Outgoing): SendTurn {
  const { libc, memory } = calls
  const { line, file, at, to } = download
  const length = Math.min(copyBytes, to - at)
  const bytes = memory.pointer(sendingPlaces.copy, length)
  const read = libc.pread(file, bytes, length, at)
  if (read < 0) return readFailed(libc.errno())
  if (read === 0) return 'file changed'
  if (at + read === to) {
    if (!hasArrived(calls, download)) return 'arriving'
    if (calls.keyNow(file) !== download.key) return 'file changed'
  }
  const sent = libc.send(line, bytes, read, dontWait | noSignal)
  if (sent < 0) return failed(libc.errno())
  download.at += sent
  download.copied += sent
  return 'more'
}

/** Whether nothing is under way any more but what was copied. */
function hasArrived(calls: SendingCalls, download: Outgoing): boolean {
  const { from, at, copied } = download
  return at - from === copied || arrived(calls, download) >= at - copied
}

/**
 * Where in the file the bytes end that the peer has acknowledged. A slow one takes for long what the kernel
 * already has, and a third of that must have gone before there is room again.
 */
export function arrived({ libc, memory }: SendingCalls, { line, at }: Outgoing): number {
  const { scratch } = sendingPlaces
  if (libc.ioctl(line, outQueue, memory.pointer(scratch, 4)) < 0) return at
  return at - memory.bytes.readInt32LE(scratch)
}

function failed(errno: number): SendTurn {
  if (errno === EAGAIN) return 'full'
  if (errno === EINTR) return 'more'
  return fileErrors.includes(errno) ? { errno } : 'client closed'
}

function readFailed(errno: number): SendTurn {
  return errno === EINTR ? 'more' : { errno }
}
