import { type Reason, written } from '../boot/reason.ts'
import { because, sentenceOf } from '../boot/words/reason.ts'
import {
  dataHeaderBytes,
  encodeTftp,
  type TftpRequest,
  tftpErrors,
  writeDataHeader,
} from '../wire/tftp-packet.ts'
import type { TftpFile } from './chunks.ts'
import { shown, type TftpEvent } from './event.ts'
import type { Peer } from './files.ts'
import type { Terms } from './negotiate.ts'
import type { Line } from './socket.ts'
import {
  begin,
  blockLength,
  blockOffset,
  bytesArrived,
  onAck,
  onTimeout,
  resend,
  retryAfter,
  type Step,
  type Transfer,
} from './transfer.ts'

/** What a session needs of its server. */
export interface Surroundings {
  /** Sends to the peer of this session; true when the bytes have left and may be written again. */
  send(packet: Uint8Array): boolean
  /** Milliseconds of a monotonic clock. */
  now(): number
  seen(event: TftpEvent): void
  /** The session is over and its place is free. */
  ended(): void
}

/** One request and its download: a {@link Transfer} with its file, its peer and its times. */
export interface Session {
  readonly peer: Peer
  readonly request: TftpRequest
  readonly around: Surroundings
  readonly askedAt: number
  /** Both undefined while the file is being opened. */
  file: TftpFile | undefined
  transfer: Transfer | undefined
  terms: Terms | undefined
  /** Blocks that are still to be sent, both included. */
  from: number
  to: number
  /** They wait for the disk. */
  loading: boolean
  /** Data was sent. */
  started: boolean
  over: boolean
  dueAt: number
  progressAt: number
  /** The packet before, when it has left: a new buffer for every block is work for the collector. */
  spare: Buffer | undefined
  /** The port of its own, where it has one: only there its client is heard. */
  line: Line | undefined
}

/** A session whose file is not open yet. */
export function createSession(request: TftpRequest, peer: Peer, around: Surroundings): Session {
  const now = around.now()
  return {
    peer,
    request,
    around,
    askedAt: now,
    file: undefined,
    transfer: undefined,
    terms: undefined,
    from: 0,
    to: -1,
    loading: false,
    started: false,
    over: false,
    dueAt: Number.POSITIVE_INFINITY,
    progressAt: now,
    spare: undefined,
    line: undefined,
  }
}

/** Starts to send. `timeoutMs` is the first wait for an ACK. */
export function startSession(
  session: Session,
  file: TftpFile,
  terms: Terms,
  timeoutMs: number,
): void {
  session.file = file
  session.terms = terms
  take(session, begin(file.size, terms, timeoutMs))
}

/** Takes the 16-bit number of an ACK. */
export function hearAck(session: Session, number: number): void {
  if (session.transfer) take(session, onAck(session.transfer, number))
}

/**
 * Takes an ERROR. During the negotiation it is part of the game: EDK2 and Intel's ROM ask for the
 * size, abort with 8 or 0, and ask again.
 */
export function hearError(session: Session, code: number, text: string): void {
  const refusedTerms = code === tftpErrors.undefined || code === tftpErrors.optionsRefused
  if (!session.started && refusedTerms) endSession(session)
  else endSession(session, 'failed', clientStopped(shown(text) || `error ${code}`))
}

const clientStopped = (message: string): Reason => ({ code: 'client-stopped', message })

/** Takes a request again that is not answered yet, or whose answer is on its way or lost. */
export function hearAgain(session: Session): void {
  if (session.transfer && !session.loading) take(session, resend(session.transfer))
}

/** Looks at the clock: sends again, gives up, or drops a session without progress for `idleMs`. */
export function wakeSession(session: Session, idleMs: number): void {
  const now = session.around.now()
  if (now - session.progressAt > idleMs) endSession(session, 'failed', { code: 'no-progress' })
  else if (session.transfer && !session.loading && session.dueAt <= now) {
    take(session, onTimeout(session.transfer))
  }
}

/** Ends a session in any state; without a `kind` nobody hears of it. */
export function endSession(
  session: Session,
  kind?: 'done' | 'failed' | 'refused',
  why?: Reason,
): void {
  if (session.over) return
  session.over = true
  session.file?.close()
  session.around.ended()
  if (kind) session.around.seen(eventOf(session, kind, why))
}

/** Refuses with an ERROR and ends the session. */
export function refuseSession(
  session: Session,
  code: number,
  why: Reason,
  kind: 'refused' | 'failed' = 'failed',
): void {
  if (session.over) return
  // Who has this answer may ask again at once, and finds the place free.
  endSession(session, kind, why)
  session.around.send(encodeTftp({ kind: 'error', code, text: sentenceOf(why) }))
}

function take(session: Session, step: Step): void {
  switch (step.kind) {
    case 'wait':
      return
    case 'done':
      endSession(session, 'done', step.why)
      return
    case 'give-up':
      endSession(session, 'failed', step.why)
      return
    case 'send':
      go(session, step.transfer, step.from, step.to)
  }
}

function go(session: Session, transfer: Transfer, from: number, to: number): void {
  const now = session.around.now()
  if (transfer.acked !== session.transfer?.acked) session.progressAt = now
  session.transfer = transfer
  session.dueAt = now + retryAfter(transfer)
  session.from = from
  session.to = to
  pump(session, transfer)
}

/** Sends what is to be sent, as far as it is in memory; a read brings the rest. */
function pump(session: Session, transfer: Transfer): void {
  while (session.from <= session.to) {
    if (session.from === 0) session.around.send(oackOf(session))
    else {
      const packet = dataOf(session, transfer, session.from)
      if (!packet) {
        fetchBlocks(session, transfer)
        return
      }
      session.spare = session.around.send(packet) ? packet : undefined
    }
    session.from++
  }
}

function oackOf(session: Session): Uint8Array {
  return encodeTftp({ kind: 'oack', options: session.terms?.accepted ?? new Map() })
}

function dataOf(session: Session, transfer: Transfer, block: number): Buffer | undefined {
  if (!session.started) {
    session.started = true
    session.around.seen(eventOf(session, 'start'))
  }
  const length = blockLength(transfer, block)
  const size = dataHeaderBytes + length
  const packet = session.spare?.length === size ? session.spare : Buffer.allocUnsafe(size)
  writeDataHeader(packet, block)
  const offset = blockOffset(transfer, block)
  return session.file?.copy(packet, dataHeaderBytes, offset, length) ? packet : undefined
}

function fetchBlocks(session: Session, transfer: Transfer): void {
  if (session.loading || !session.file) return
  session.loading = true
  const offset = blockOffset(transfer, session.from)
  session.file.load(offset, blockLength(transfer, session.from)).then(
    () => resume(session),
    (error: Error) => refuseSession(session, tftpErrors.undefined, written(error.message)),
  )
}

/** The client may have moved on during the read, so the transfer of now counts. */
function resume(session: Session): void {
  session.loading = false
  if (session.over || !session.transfer) return
  session.dueAt = session.around.now() + retryAfter(session.transfer)
  pump(session, session.transfer)
}

function eventOf(session: Session, kind: TftpEvent['kind'], why?: Reason): TftpEvent {
  const { peer, request, file, transfer, around, askedAt } = session
  const bytes = kind === 'done' ? file?.size : transfer && bytesArrived(transfer)
  return {
    kind,
    peer,
    name: shown(request.file),
    ...(file && { size: file.size }),
    ...(bytes !== undefined && kind !== 'start' && { bytes }),
    ...(kind !== 'start' && { ms: Math.round(around.now() - askedAt) }),
    ...(why && because(why)),
  }
}
