import type { TftpEvent } from './event.ts'
import type { Peer, Virtual } from './files.ts'
import type { TftpLimits } from './limits.ts'
import type { TappedPacket } from './packet-tap.ts'
import type { PeerTerms } from './terms.ts'

/** What a thread is started with. */
export interface Setup {
  readonly limits: TftpLimits
  readonly roots: readonly string[]
  readonly allowedRoots: readonly string[]
  /** See {@link import('./counts.ts').createCounts}. */
  readonly counts: SharedArrayBuffer
  /** Packets that tell a story are wanted. */
  readonly keeps: boolean
}

/** Where a socket listens: a port that all threads share, or a socket that was opened for us. */
export type Where = { readonly address: string; readonly port: number } | { readonly fd: number }

/** From the server to a thread. `door` names a socket in both directions. */
export type ThreadOrder =
  | { readonly kind: 'open'; readonly door: number; readonly where: Where }
  | { readonly kind: 'close'; readonly door: number }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: ServerAnswer }
  | { readonly kind: 'stop' }

/** What only the server knows about a request. */
export type ThreadQuestion =
  | { readonly about: 'name'; readonly name: string; readonly peer: Peer }
  | { readonly about: 'peer'; readonly peer: Peer }

/** The value that was asked for, or what asking for it threw. */
export type ServerAnswer =
  | { readonly value: Virtual | PeerTerms | undefined }
  | { readonly error: unknown }

/** From a thread to the server. */
export type ThreadReport =
  | { readonly kind: 'opened'; readonly door: number; readonly port: number }
  | { readonly kind: 'not-opened'; readonly door: number; readonly error: { message: string } }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'ask'; readonly id: number; readonly question: ThreadQuestion }
  | { readonly kind: 'seen'; readonly event: TftpEvent }
  | { readonly kind: 'arrived'; readonly receipt: number }
  | { readonly kind: 'kept'; readonly packet: TappedPacket }
  | {
      readonly kind: 'log'
      readonly level: 'debug' | 'warn' | 'error'
      readonly fields: object
      readonly text: string
    }
