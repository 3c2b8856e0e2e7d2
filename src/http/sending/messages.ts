import type { Refused } from '../../boot/reason.ts'
import type { Rung } from '../../linux/bell.ts'
import type { Wanted } from '../files/asset-path.ts'
import type { FileStatus } from '../files/conditional.ts'
import type { SendEnd } from '../files/send-file.ts'

/** What a thread is started with. */
export interface SendingSetup extends SendingPace {
  readonly rung: Rung
}

export interface SendingPace {
  /** Milliseconds between two reports of what moved. */
  readonly reportMs: number
}

/** Bytes of an open file, `to` not included, that are to leave by a socket. */
export interface SendOrder {
  readonly kind: 'send'
  readonly id: number
  /** A descriptor of the socket that is the thread's from now on, to use and to close. */
  readonly line: number
  readonly from: number
  readonly to: number
}

/** What a thread is told. */
export type SendingOrder =
  /** Find a file and open it; it is closed when it was sent, or cut. */
  | { readonly kind: 'open'; readonly id: number; readonly wanted: Wanted }
  | SendOrder
  /** The client is gone, or is to go, or wants nothing of the file. */
  | { readonly kind: 'cut'; readonly id: number }
  | { readonly kind: 'stop' }

/** What a thread tells. */
export type SendingReport =
  /** It waits for orders, and for this eventfd to be rung after each. */
  | { readonly kind: 'began'; readonly bell: number }
  | OpenReport
  /** Downloads of which the client took something since the last report, and the bytes that left of each so far. */
  | { readonly kind: 'moved'; readonly ids: readonly number[]; readonly bytes: readonly number[] }
  | EndReport
  /** No descriptor is the thread's any more. */
  | { readonly kind: 'stopped' }

/** How opening a file went. */
export interface OpenReport {
  readonly kind: 'opened'
  readonly id: number
  readonly opened: OpenedFile | Refused | { readonly error: object }
}

/** A file that a thread holds open. */
export interface OpenedFile {
  readonly path: string
  readonly status: FileStatus & { readonly dev: bigint }
}

/** A download is over: the thread has let go of the socket and of the file. */
export interface EndReport {
  readonly kind: 'ended'
  readonly id: number
  readonly bytes: number
  readonly end: SendEnd | ReadFailure
}

/** The file could not be read, by the system's number of the error. */
export interface ReadFailure {
  readonly errno: number
}
