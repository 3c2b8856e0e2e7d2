import type { EngineName, Where } from './engine.ts'
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
  /** The only way to the network that is to be tried; without it the best that there is. */
  readonly engine?: EngineName
}

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
  /** How it reaches the network, what wakes it, and why it is not the best way. */
  | {
      readonly kind: 'began'
      readonly engine: EngineName
      readonly bell?: number
      readonly why?: string
    }
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
