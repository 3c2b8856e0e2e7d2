import { printable } from '../base/printable.ts'
import type { Reason } from '../boot/reason.ts'
import type { Peer } from './files.ts'

/** What happened to a request, for the timeline of the host behind the peer. */
export interface TftpEvent {
  /** `start` comes with the first data: a client that only asks for the size leaves no trace. */
  readonly kind: 'start' | 'done' | 'failed' | 'refused'
  readonly peer: Peer
  /** As asked for, with control characters replaced. */
  readonly name: string
  /** Bytes of the file. */
  readonly size?: number
  /** Bytes that arrived for certain. */
  readonly bytes?: number
  /** Milliseconds since the request. */
  readonly ms?: number
  /** Where it did not go as it should. */
  readonly why?: Reason
  readonly reason?: string
}

/** Text of a client as it may stand in a log. */
export function shown(text: string): string {
  return printable(text.slice(0, 255))
}
