import type { HostState } from '../boot/life.ts'
import type { Verdict } from '../boot/verdict.ts'

/** What the admin API says, as `src/http` writes it. Times are ISO 8601. */

export interface HostRow {
  readonly name: string
  readonly mac: string | null
  readonly macs: readonly string[]
  readonly address: string | null
  readonly profile: string | null
  readonly tags: readonly string[]
  readonly state: HostState
  /** Its profile is booted every time and never installed. */
  readonly netboots: boolean
  readonly why: string
  readonly since: string | null
  readonly install: string | null
  readonly attempt: number
  readonly percent: number | null
  readonly message: string | null
  readonly lastSeen: string | null
}

export interface HostDetail {
  readonly host: HostRow & {
    /** Why it could not boot what its profile says. */
    readonly blocked: string | null
    readonly uuid: string | null
    readonly vars: Readonly<Record<string, unknown>>
    readonly nics: readonly {
      readonly mac: string
      readonly address: string | null
      readonly network: string | null
    }[]
  }
  readonly installs: readonly InstallRow[]
  readonly callbacks: readonly CallbackRow[]
  /** Newest last. */
  readonly events: readonly HostEvent[]
}

export interface InstallRow {
  readonly id: string
  readonly profile: string
  readonly askedAt: string
  readonly endedAt: string | null
  readonly outcome: string | null
  readonly reason: string | null
  readonly attempts: number
}

export interface CallbackRow {
  readonly name: string
  readonly event: string
  readonly state: 'due' | 'running' | 'delivered' | 'undelivered'
  readonly tries: number
  readonly nextAt: string | null
  readonly error: string | null
}

export interface HostEvent {
  readonly id: number
  readonly at: string
  readonly host: string | null
  readonly kind: string
  readonly text: string
  /** How many equal events in a row this stands for. */
  readonly count: number
}

export interface LeaseRow {
  readonly address: string
  readonly mac: string
  readonly host: string | null
  readonly network: string
  readonly hostname: string | null
  readonly state: 'active' | 'expired' | 'released' | 'declined'
  readonly end: string
}

export interface AskResult {
  readonly host: string
  readonly ok: boolean
  readonly install: string | null
  readonly reason: string | null
}

export interface CancelResult {
  readonly host: string
  readonly ok: boolean
  readonly was: HostState
  readonly warning: string | null
  readonly reason: string | null
}

export interface ImageRow {
  readonly name: string
  readonly form: 'nixos' | 'kexec' | 'files'
  readonly bytes: number
  readonly kernel: { readonly name: string; readonly version: string | null }
  readonly init: string | null
  readonly problem: string | null
  readonly profiles: readonly string[]
}

/** What the doctor says of a host; no verdicts where nothing seems wrong. */
export interface Diagnosis {
  readonly host: string
  readonly verdicts: readonly Verdict[]
}
