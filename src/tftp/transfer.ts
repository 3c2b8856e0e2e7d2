import type { Reason } from '../boot/reason.ts'
import type { Terms } from './negotiate.ts'

/**
 * One download, as seen from the server. Blocks are counted from 1 without wrapping; block 0 stands
 * for the OACK.
 */
export interface Transfer {
  /** Bytes of the file. */
  readonly size: number
  readonly blockSize: number
  readonly windowSize: number
  /** Time to the first retransmission. */
  readonly timeoutMs: number
  /** The last block; it is shorter than the others, and empty when the size is a multiple. */
  readonly last: number
  /** All blocks up to this one have arrived; -1 while the OACK is not acknowledged. */
  readonly acked: number
  /** The highest block that was sent. */
  readonly sent: number
  /** The client has acknowledged anything: it exists and wants this. */
  readonly heard: boolean
  /** Retransmissions by the timer since the last progress. */
  readonly retries: number
  /** Rounds in which a repeated ACK may be the echo of blocks that we sent twice. */
  readonly echoes: number
}

/** What to do next. `from` and `to` are the blocks to send, both included. */
export type TransferStep =
  | {
      readonly kind: 'send'
      readonly transfer: Transfer
      readonly from: number
      readonly to: number
    }
  | { readonly kind: 'wait' }
  | { readonly kind: 'done'; readonly why?: Reason }
  | { readonly kind: 'give-up'; readonly why: Reason }

const defaultTimeoutMs = 1000
const longestTimeoutMs = 8000
/** A line that loses a fifth of all packets loses as many of one block once in 50,000 times. */
const maxRetries = 10
/** The client may have jumped into its payload instead of sending the last ACK. */
const maxFinalRetries = 3
/** Three sends in all: a forged request must not make us flood the machine it names. */
const maxUnheardRetries = 2
/** The round of a retransmission and the next one, in which the echoes of it arrive. */
const echoRounds = 2

const wait: TransferStep = { kind: 'wait' }

/** Starts a download of `size` bytes. `timeoutMs` counts where the client did not ask for its own. */
export function beginTransfer(
  size: number,
  terms: Terms,
  timeoutMs = defaultTimeoutMs,
): TransferStep {
  const acked = terms.accepted.size > 0 ? -1 : 0
  const transfer: Transfer = {
    size,
    blockSize: terms.blockSize,
    windowSize: terms.windowSize,
    timeoutMs: terms.timeoutSeconds ? terms.timeoutSeconds * 1000 : timeoutMs,
    last: Math.floor(size / terms.blockSize) + 1,
    acked,
    sent: acked + 1,
    heard: false,
    retries: 0,
    echoes: 0,
  }
  return resend(transfer)
}

/**
 * Takes an ACK. `number` is the 16-bit number of the packet, which wraps from 65535 to 0.
 *
 * An ACK in the middle of a window says that the next block was lost: go on behind it (RFC 7440
 * §4). A repeated ACK of the block before the window says so of its first block, but also comes as
 * the echo of every block that arrived twice; answering each would double the traffic for ever
 * (Sorcerer's Apprentice, RFC 1123 §4.2.3.1). EDK2 sends one for every block out of order.
 */
export function onAck(transfer: Transfer, number: number): TransferStep {
  const { acked, sent, last, windowSize } = transfer
  const ahead = (number - acked) & 0xffff
  if (ahead > sent - acked) return wait
  if (ahead === 0) return onRepeatedAck(transfer)

  const block = acked + ahead
  if (block === last) return { kind: 'done' }
  const progress: Transfer = {
    ...transfer,
    acked: block,
    sent: Math.min(block + windowSize, last),
    heard: true,
    retries: 0,
    echoes: block < sent ? echoRounds : Math.max(0, transfer.echoes - 1),
  }
  return resend(progress)
}

/** Takes the end of the time that {@link retryAfter} named. */
export function onTimeout(transfer: Transfer): TransferStep {
  const { heard, sent, last, retries } = transfer
  if (!heard && retries >= maxUnheardRetries) return { kind: 'give-up', why: { code: 'no-answer' } }
  if (heard && sent === last && retries >= maxFinalRetries) {
    return { kind: 'done', why: { code: 'no-last-ack' } }
  }
  if (retries >= maxRetries) {
    return { kind: 'give-up', why: { code: 'no-ack', block: Math.max(0, transfer.acked) } }
  }
  return resend({ ...transfer, retries: retries + 1, echoes: echoRounds })
}

/** Sends all that is not acknowledged once more, and changes nothing: a repeated request. */
export function resend(transfer: Transfer): TransferStep {
  return { kind: 'send', transfer, from: transfer.acked + 1, to: transfer.sent }
}

/** Milliseconds to wait for an ACK: 1, 2, 4, then 8 s each time, or the client's own timeout and more. */
export function retryAfter({ timeoutMs, retries }: Transfer): number {
  return Math.min(timeoutMs * 2 ** retries, Math.max(timeoutMs, longestTimeoutMs))
}

/** Where a block begins in the file. */
export function blockOffset(transfer: Transfer, block: number): number {
  return (block - 1) * transfer.blockSize
}

/** Bytes in a block: less than the block size only in the last. */
export function blockLength(transfer: Transfer, block: number): number {
  return Math.min(transfer.blockSize, transfer.size - blockOffset(transfer, block))
}

/** Bytes of the file that have arrived for certain. */
export function bytesArrived(transfer: Transfer): number {
  return Math.min(transfer.size, Math.max(0, transfer.acked) * transfer.blockSize)
}

function onRepeatedAck(transfer: Transfer): TransferStep {
  const { windowSize, echoes, acked } = transfer
  if (windowSize === 1 || echoes > 0 || acked < 0) return wait
  return resend({ ...transfer, echoes: echoRounds })
}
