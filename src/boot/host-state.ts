/** The states of a host, as in the table of "Life of a host". */
export type HostState =
  | 'idle'
  | 'pending'
  | 'booting'
  | 'installing'
  | 'verifying'
  | 'installed'
  | 'failed'

export const hostStates: readonly HostState[] = [
  'idle',
  'pending',
  'booting',
  'installing',
  'verifying',
  'installed',
  'failed',
]

/** Whether its machine has booted for an install that has not ended: its disk may be written. */
export function isBegun(state: HostState): boolean {
  return state === 'booting' || state === 'installing' || state === 'verifying'
}

/** What the installer says when it phones home. */
export type PhoneHomeEvent = 'ready' | 'progress' | 'done' | 'failed' | 'up' | 'again'

export const phoneHomeEvents: readonly PhoneHomeEvent[] = [
  'ready',
  'progress',
  'done',
  'failed',
  'up',
  'again',
]
