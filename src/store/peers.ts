import type { Forwarded, ForwardedAnswer } from '../base/forwarded.ts'
import type { DaemonRecord } from '../boot/daemon-record.ts'

/** The other daemons on the same database. */
export interface Peers {
  /** Why this daemon keeps nothing: another one works; undefined as soon as it works itself. */
  standsBy(): string | undefined
  /** Resolves when this daemon works. */
  readonly works: Promise<void>
  list(): Promise<DaemonRecord[]>
  /** Where the machines of a network reach the others, as was known a moment ago: who is alive comes first. */
  urls(network: string): readonly string[]
  /** Has the daemon that works do what was asked of this one. Rejects when it does not answer. */
  forward(asked: Forwarded): Promise<ForwardedAnswer>
  /** Does what others were asked, from now on, for as long as this daemon works. */
  serve(answer: (asked: Forwarded) => Promise<ForwardedAnswer>): void
}
