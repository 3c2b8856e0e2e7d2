import type { PhoneHomeEvent } from './host-state.ts'
import type { Reason } from './reason.ts'

/** What an installer said when it phoned home: read from JSON, a form or a query. */
export interface PhoneHomeMessage {
  readonly event: PhoneHomeEvent
  readonly message?: string
  readonly percent?: number
  readonly facts?: unknown
  /** What its agent says became of the disks that it was to erase. */
  readonly erased?: readonly unknown[]
  /** What was not kept of it. */
  readonly left?: Reason
}
