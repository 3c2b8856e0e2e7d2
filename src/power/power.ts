import type { Firmware, HostPowerWay, PowerState } from '../boot/power.ts'
import type { Reason } from '../boot/reason.ts'
import { sentenceOf } from '../boot/words/reason.ts'
import type { Pins } from './pins.ts'

/** Why something could not be done to a machine's power. */
export class PowerError extends Error {
  override readonly name = 'PowerError'
  readonly why: Reason
  constructor(why: Reason) {
    super(sentenceOf(why))
    this.why = why
  }
}

/**
 * The power of one machine, by one of the ways. All but `close` throw PowerError; nothing is repeated by
 * itself. On and off are asked for, and have come when `status` says so.
 */
export interface Power {
  status(): Promise<PowerState>
  on(): Promise<void>
  off(): Promise<void>
  /** Off and on in one; missing, or false and nothing was done, where both must be asked for. */
  cycle?(): Promise<boolean>
  /** Next boot from the network, once. Returns why that is in doubt although it was not refused. */
  netboot?(firmware: Firmware | undefined): Promise<Reason | undefined>
  /** The image behind a URL into its drive, and the next boot from that, once. Returns what is in doubt. */
  insert?(url: string, firmware: Firmware | undefined): Promise<Reason | undefined>
  /** Takes that image out of the drive; false where another one, or none, is in it. */
  eject?(url: string): Promise<boolean>
  /** Asks its operating system to shut down. */
  shutDown?(): Promise<void>
  /** Its running system boots the installer, and nothing else can be done. */
  takeOver?(): Promise<void>
  /** It switches on, and can do nothing else. */
  readonly onlyOn?: true
  /** Seconds from off to on that what is behind it needs. */
  readonly pause?: number
  /** Ends what it holds open. Never throws. */
  close?(): Promise<void>
}

/** Whose power it is, and what templates may name of it. */
export interface PowerTarget extends HostPowerWay {
  readonly context: object
  /** Sends magic packets to its cards. */
  wake(): Promise<void>
  /** Lets the system that runs on it boot the installer. Returns why not; never throws. */
  takeOver(): Promise<Reason | undefined>
}

/** What a way needs of the rest. */
export interface WayDeps {
  /** Renders a Liquid template; throws with a sentence when it cannot. */
  render(template: string, context: object): string
  /** The certificates that BMCs showed first. */
  readonly pins: Pins
  /** Resolves after so many milliseconds, or rejects when everything ends. */
  rest(ms: number): Promise<void>
  /** Ends everything that is under way. */
  readonly signal: AbortSignal
}

/** A template with the names of a target. Throws PowerError. */
export function rendered(template: string, { context }: PowerTarget, { render }: WayDeps): string {
  try {
    return render(template, context)
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    throw new PowerError({ code: 'power-template', error: text })
  }
}
