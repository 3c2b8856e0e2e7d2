import type { CallbackEvent } from './callback.ts'
import type { ContentOf } from './event.ts'
import type { HostState, PhoneHomeEvent } from './host-state.ts'
import type { Reason } from './reason.ts'
import type { Start, StartOutcome, StartRules, SwitchOff, Which } from './start.ts'

/** What we remember of a host's life: a state has just what it can have. Times are epoch milliseconds. */
export type Life = Rest | SilentBoot | LivingBoot | Installing | Verifying | Installed | FailedLife
/** A life in one of these states. */
export type LifeIn<S extends HostState> = Extract<Life, { readonly state: S }>

interface Lived {
  /** When the state was entered, or its clock was set again. */
  readonly since: number
  /**
   * The number of the attempt that lives, or lived last: the last one that was opened, unless an earlier one
   * spoke first; 0 before the first.
   */
  readonly attempt: number
  /** Why it is in this state. */
  readonly why: Reason
  /** Seconds from a reset to the DISCOVER of its firmware, the last time; it outlives all states. */
  readonly post?: number
}

type Rest = Idle | Pending

interface Idle extends Lived {
  readonly state: 'idle'
}

interface Pending extends Lived {
  readonly state: 'pending'
  readonly start?: Start
}

interface Booting extends Lived {
  readonly state: 'booting'
  /** Attempts opened by the current install. */
  readonly opened: number
  /** A new boot began after the script of the running attempt was delivered. */
  readonly rebooted: boolean
}

/** The running attempt gave no sign of life so far. */
interface SilentBoot extends Booting {
  readonly alive: false
  /** Boots in a row that gave no sign of life. */
  readonly unanswered: number
  readonly start?: Start
}

/** Its installer works, and has not said that it is ready. */
export interface LivingBoot extends Booting {
  readonly alive: true
  /** When the machine netbooted while its installer should have been at work. */
  readonly cameBack?: number
}

interface Installing extends Lived {
  readonly state: 'installing'
  readonly opened: number
  readonly cameBack?: number
  /** Its installer is ready and waits for a free place; its clock does not run. */
  readonly waits?: true
  /** The installed system was heard before `deploy` had ended. */
  readonly up: boolean
}

interface Verifying extends Lived {
  readonly state: 'verifying'
  /** The attempt gave a sign of life before its end. */
  readonly alive: boolean
  readonly cameBack?: number
}

interface Installed extends Lived {
  readonly state: 'installed'
  readonly alive: boolean
  readonly switchOff?: SwitchOff
}

interface FailedLife extends Lived {
  readonly state: 'failed'
  readonly alive: boolean
  readonly cameBack?: number
  /** It failed because a clock ran out, so a late `done` or `up` mends it. */
  readonly byTime: boolean
}

/** What an install was asked with that its clocks and branches need. Durations are seconds. */
export interface Rules {
  readonly boot: 'install' | 'once' | 'always'
  /** A command decides the end; a webhook only starts somebody else's work. */
  readonly deploy?: 'command' | 'webhook'
  readonly attempts: number
  readonly expires: number
  readonly bootTimeout: number
  readonly timeout: number
  readonly verifyUp?: number
  readonly verifySsh?: number
  /** Its machine is started by us. */
  readonly power?: StartRules
}

/** Everything that can happen to a host. */
export type LifeEvent =
  /** `netboots`: by a machine that netboots already. */
  | { readonly kind: 'asked'; readonly netboots?: true }
  | { readonly kind: 'cancelled' }
  /** The host left the config. */
  | { readonly kind: 'removed' }
  /** Its firmware or iPXE sent a DHCP DISCOVER. */
  | { readonly kind: 'discovered' }
  /** The machine itself asks for its script; `newBoot` where we see no DHCP and enough time passed. */
  | { readonly kind: 'script'; readonly newBoot: boolean }
  /** The boot of this attempt speaks, and a later one was opened. */
  | { readonly kind: 'living'; readonly attempt: number }
  /** It fetched an answer file. */
  | { readonly kind: 'alive' }
  /** Kernel and initrd were fetched to the last byte. */
  | { readonly kind: 'delivered' }
  /** `because`: what we make of it, where its own words are not the reason. */
  | { readonly kind: PhoneHomeEvent; readonly message?: string; readonly because?: Reason }
  /** It is ready and not what the config expects. */
  | { readonly kind: 'unexpected'; readonly difference: Reason }
  /** Its turn has come: `deploy` begins to work. */
  | { readonly kind: 'started' }
  | { readonly kind: 'deployed' }
  | { readonly kind: 'undeployed'; readonly because: Reason }
  /** The turn of its start, or of switching it off, has come. */
  | ({ readonly kind: 'switching' } & Which)
  | ({ readonly kind: 'switched'; readonly outcome: StartOutcome } & Which)
  | { readonly kind: 'switching-off' }
  /** The SSH of the installed system answers. */
  | { readonly kind: 'answered' }
  /** The clock of the state ran out. */
  | { readonly kind: 'late'; readonly why: Reason }

/** The next life, and what has to happen with it. */
export interface Transition {
  readonly life: Life
  /** A new attempt with a new token starts. */
  readonly opens?: true
  readonly deploy?: 'start' | 'end'
  /** The token of the install is good no more. */
  readonly revokes?: true
  readonly notify?: CallbackEvent
  /** For the timeline, where the state's own reason does not tell it. */
  readonly note?: ContentOf<'note'>
}

/** The life of a host that was never asked for. */
export const idle: Life = { state: 'idle', since: 0, attempt: 0, why: { code: 'not-asked' } }

/** Whether the attempt that lives, or lived last, gave a sign of life. */
export function gaveSign(life: Life): boolean {
  if (life.state === 'idle' || life.state === 'pending') return false
  return life.state === 'installing' || life.alive
}

/** Whether it boots, and its running attempt gave no sign of life so far. */
export function isSilent(life: Life): life is SilentBoot {
  return life.state === 'booting' && !life.alive
}

/** When the machine netbooted while its installer should have been at work. */
export function cameBackAt(life: Life): number | undefined {
  return 'cameBack' in life ? life.cameBack : undefined
}

/** How far its machine is with being started by us, where it is. */
export function startIn(life: Life): Start | undefined {
  return 'start' in life ? life.start : undefined
}

/** Whether a network boot gets the installer now. */
export function isDue(life: Life): boolean {
  return life.state === 'pending' || isSilent(life)
}

/** Whether an install of the host is under way: asked and not ended. */
export function isRunning(life: Life): boolean {
  return !(life.state === 'idle' || life.state === 'installed' || life.state === 'failed')
}
