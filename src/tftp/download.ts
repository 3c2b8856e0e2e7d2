import type { Reason } from '../boot/reason.ts'
import { dataHeaderBytes, encodeTftp, tftpErrors, writeDataHeader } from '../wire/tftp-packet.ts'
import type { TftpFile } from './chunks.ts'
import { shown } from './event.ts'
import type { Terms } from './negotiate.ts'
import { endSession, eventOf, refuseSession, type TftpSession } from './session.ts'
import {
  beginTransfer,
  blockLength,
  blockOffset,
  onAck,
  onTimeout,
  resend,
  retryAfter,
  type Transfer,
  type TransferStep,
} from './transfer.ts'

/* What a session does with its transfer: it sends, hears and looks at the clock. */

/** Starts to send. `timeoutMs` is the first wait for an ACK. */
export function startSession(
  session: TftpSession,
  file: TftpFile,
  terms: Terms,
  timeoutMs: number,
): void {
  session.file = file
  session.terms = terms
  take(session, beginTransfer(file.size, terms, timeoutMs))
}

/** Takes the 16-bit number of an ACK. */
export function hearAck(session: TftpSession, number: number): void {
  if (session.transfer) take(session, onAck(session.transfer, number))
}

/**
 * Takes an ERROR. During the negotiation it is part of the game: EDK2 and Intel's ROM ask for the
 * size, abort with 8 or 0, and ask again.
 */
export function hearError(session: TftpSession, code: number, text: string): void {
  const refusedTerms = code === tftpErrors.undefined || code === tftpErrors.optionsRefused
  if (!session.started && refusedTerms) endSession(session)
  else endSession(session, 'failed', clientStopped(shown(text) || `error ${code}`))
}

const clientStopped = (message: string): Reason => ({ code: 'client-stopped', message })

/** Takes a request again that is not answered yet, or whose answer is on its way or lost. */
export function hearAgain(session: TftpSession): void {
  if (session.transfer && !session.loading) take(session, resend(session.transfer))
}

/** Looks at the clock: sends again, gives up, or drops a session without progress for `idleMs`. */
export function wakeSession(session: TftpSession, idleMs: number): void {
  const now = session.around.now()
  if (now - session.progressAt > idleMs) endSession(session, 'failed', { code: 'no-progress' })
  else if (session.transfer && !session.loading && session.dueAt <= now) {
    take(session, onTimeout(session.transfer))
  }
}

function take(session: TftpSession, step: TransferStep): void {
  switch (step.kind) {
    case 'wait':
      return
    case 'done':
      tellArrived(session)
      endSession(session, 'done', step.why)
      return
    case 'give-up':
      endSession(session, 'failed', step.why)
      return
    case 'send':
      go(session, step.transfer, step.from, step.to)
  }
}

function go(session: TftpSession, transfer: Transfer, from: number, to: number): void {
  const now = session.around.now()
  const before = session.transfer
  if (transfer.acked !== before?.acked) session.progressAt = now
  session.transfer = transfer
  if (transfer.heard && !before?.heard) session.around.heard()
  if (session.over) return
  if (transfer.acked > 0) tellArrived(session)
  session.dueAt = now + retryAfter(transfer)
  session.from = from
  session.to = to
  pump(session, transfer)
}

/** The first block was acknowledged, so whoever asked is there: a request alone may be forged. */
function tellArrived(session: TftpSession): void {
  if (session.arrived) return
  session.arrived = true
  const receipt = session.file?.receipt
  if (receipt !== undefined) session.around.arrived(receipt)
}

/** Sends what is to be sent, as far as it is in memory; a read brings the rest. */
function pump(session: TftpSession, transfer: Transfer): void {
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

function oackOf(session: TftpSession): Uint8Array {
  return encodeTftp({ kind: 'oack', options: session.terms?.accepted ?? new Map() })
}

function dataOf(session: TftpSession, transfer: Transfer, block: number): Buffer | undefined {
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

function fetchBlocks(session: TftpSession, transfer: Transfer): void {
  if (session.loading || !session.file) return
  session.loading = true
  const offset = blockOffset(transfer, session.from)
  session.file.load(offset, blockLength(transfer, session.from)).then(
    () => resume(session),
    (error: Error) => {
      const why = { code: 'read-failed', error: error.message } as const
      refuseSession(session, tftpErrors.undefined, why)
    },
  )
}

/** The client may have moved on during the read, so the transfer of now counts. */
function resume(session: TftpSession): void {
  session.loading = false
  if (session.over || !session.transfer) return
  session.dueAt = session.around.now() + retryAfter(session.transfer)
  pump(session, session.transfer)
}
