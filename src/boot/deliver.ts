import type { Mac } from '../wire/address.ts'
import type { IpAddress } from '../wire/ip-address.ts'
import type { Host } from './host.ts'
import type { AttemptContent } from './install.ts'
import type { Abilities } from './loaders/kind.ts'
import type { Reason } from './reason.ts'
import type { BootContent } from './script.ts'
import { type Because, sentenceOf } from './words/reason.ts'

/** Where a request came from and which of our addresses it reached. */
export interface Caller {
  readonly address: IpAddress
  readonly localAddress: IpAddress
}

/** A machine that asks what to do next, in whatever loader's language. */
export interface BootRequest {
  readonly mac: Mac
  readonly uuid?: string
  /** What iPXE read from the board. */
  readonly serial?: string
  readonly caller: Caller
  /** What it asks for, as the timeline says it: `script`, `GRUB config`. */
  readonly what: string
  /** What it can boot. */
  readonly loader: Abilities
}

/** What the machine is told, and why, for its loader's kind to write. */
export type Delivered = Because &
  (
    | { readonly kind: 'none' }
    /** `shown`: what whoever asks is told, which is less than the timeline is. */
    | { readonly kind: 'forbidden'; readonly shown: Reason }
    | {
        readonly kind: 'local' | 'menu'
        readonly shown?: Reason
        readonly content: BootContent
      }
    | {
        readonly kind: 'boot'
        readonly content: Extract<BootContent, { readonly kind: 'boot' }>
        /** What comes with it: answer files, and the files behind its URLs. */
        readonly with: Pick<AttemptContent, 'files' | 'parts' | 'kexec' | 'leftOut'>
      }
  )

/** The reason as far as whoever asks may know it: a stranger is told a host's state, no more. */
export function shownOf(delivered: Delivered): string {
  const shown = 'shown' in delivered ? delivered.shown : undefined
  return shown ? sentenceOf(shown) : delivered.reason
}

/** What a request was answered, for the timeline. */
export interface AnsweredRequest extends Omit<BootRequest, 'caller' | 'loader'> {
  readonly host: Host | undefined
  readonly address: IpAddress
  readonly answer: Delivered['kind']
  readonly why: Reason
}

/** What a machine is told that asked by a datagram. */
export interface Held {
  readonly told: Delivered
  /** To be called when it has come to a machine that is there: what it changes happens now. */
  arrived(): void
}

/** Who answers machines that ask what to do next. */
export interface BootDesk {
  /** What a request would be answered. Nothing is opened, counted or written. */
  look(request: BootRequest): Delivered
  /** The same, and it happens; what it changes is written, not yet committed. */
  give(request: BootRequest): Delivered
  /**
   * The same where the sender may be forged. An attempt that it opens is written down and does not
   * count; that and all else happens when the answer has arrived.
   */
  prepare(request: BootRequest): Held
  /** Waits until it is known whether the assets of a due host are what they must be, and who asks. */
  verified(mac: Mac, address: IpAddress): Promise<void>
}

/** Answers a machine that asks what to do next. The caller commits before the answer leaves. */
export async function deliver(request: BootRequest, desk: BootDesk): Promise<Delivered> {
  await desk.verified(request.mac, request.caller.address)
  return desk.give(request)
}
