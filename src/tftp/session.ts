import type { Reason } from '../boot/reason.ts'
import { because } from '../boot/words/reason.ts'
import type { TftpRequest } from '../wire/tftp-packet.ts'
import type { TftpFile } from './chunks.ts'
import type { DownloadSocket } from './engine.ts'
import { shown, type TftpEvent } from './event.ts'
import { errorPacket, type Peer } from './files.ts'
import type { Terms } from './negotiate.ts'
import type { Tap } from './packet-tap.ts'
import { bytesArrived, type Transfer } from './transfer.ts'

/** What a session needs of its server. */
export interface SessionContext {
  /** Sends to the peer of this session; true when the bytes have left and may be written again. */
  send(packet: Uint8Array): boolean
  /** Milliseconds of a monotonic clock. */
  now(): number
  seen(event: TftpEvent): void
  /** Its client answers, before anything more is sent to it; may end the session. */
  heard(): void
  /** Its client has a block of the file that this receipt came with. */
  arrived(receipt: number): void
  /** The session is over and its place is free. */
  ended(): void
}

/** One request and its download: a {@link Transfer} with its file, its peer and its times. */
export interface TftpSession {
  readonly peer: Peer
  readonly request: TftpRequest
  readonly around: SessionContext
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
  /** Data was acknowledged. */
  arrived: boolean
  over: boolean
  dueAt: number
  progressAt: number
  /** The packet before, when it has left: a new buffer for every block is work for the collector. */
  spare: Buffer | undefined
  /** The port of its own, where it has one: only there its client is heard. */
  line: DownloadSocket | undefined
  /** Where its packets are wanted. */
  tap: Tap | undefined
}

/** A session whose file is not open yet. */
export function createSession(
  request: TftpRequest,
  peer: Peer,
  around: SessionContext,
): TftpSession {
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
    arrived: false,
    over: false,
    dueAt: Number.POSITIVE_INFINITY,
    progressAt: now,
    spare: undefined,
    line: undefined,
    tap: undefined,
  }
}

/** Ends a session in any state; without a `kind` nobody hears of it. */
export function endSession(
  session: TftpSession,
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
  session: TftpSession,
  code: number,
  why: Reason,
  kind: 'refused' | 'failed' = 'failed',
): void {
  if (session.over) return
  // Who has this answer may ask again at once, and finds the place free.
  endSession(session, kind, why)
  session.around.send(errorPacket(code, why))
}

/** What is told of a session when this happens. */
export function eventOf(session: TftpSession, kind: TftpEvent['kind'], why?: Reason): TftpEvent {
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
