import { given } from '../base/given.ts'
import type { Firmware, PowerState } from '../boot/power.ts'
import type { Reason } from '../boot/reason.ts'
import { type Power, PowerError } from './power.ts'
import { type PowerClock, reset, restOff, switchPower } from './switch.ts'

/** A boot from the network that an install wants. */
export interface StartPlan {
  /** Off, and on again: what a reset did not help. */
  readonly again: boolean
  /** How its firmware boots, where that is known. */
  readonly firmware?: Firmware
  /** The URL of the image that it is to boot from instead of its network. */
  readonly medium?: string
  /** Asked before the machine loses what it does: false where its own packets show that it boots already. */
  isWanted(): boolean
}

export interface Started {
  readonly state: PowerState
  /** It was off, or Wake-on-LAN knows no other verb: nothing was reset. */
  readonly switchedOn?: true
  /** The BMC said yes, and does not show it. */
  readonly doubt?: Reason
}

/**
 * Boots a machine from its network, or from a medium, once: what is off is switched on, else it is reset. What the BMC stores
 * of the next boot is read back: some answer with a yes and forget it. Undefined where it was not wanted any
 * more. Throws PowerError.
 */
export async function startFromNetwork(
  power: Power,
  { again, firmware, medium, isWanted }: StartPlan,
  clock: PowerClock,
): Promise<Started | undefined> {
  if (medium !== undefined && !power.insert) throw new PowerError({ code: 'power-no-drive' })
  const setBoot = async () =>
    medium === undefined ? power.netboot?.(firmware) : power.insert?.(medium, firmware)
  if (power.takeOver) {
    if (!isWanted()) return undefined
    await power.takeOver()
    return { state: 'on' }
  }
  if (power.onlyOn) {
    if (!isWanted()) return undefined
    return { state: await switchPower(power, 'on', clock), switchedOn: true }
  }
  if (again && (await power.status()) !== 'off') {
    if (!isWanted()) return undefined
    await switchPower(power, 'off', clock)
    await restOff(power, clock)
    const doubt = await setBoot()
    return { state: await switchPower(power, 'on', clock), ...given('doubt', doubt) }
  }
  const doubt = await setBoot()
  if (!isWanted()) return undefined
  return { ...(await reset(power, clock)), ...given('doubt', doubt) }
}

/** Seconds in which an operating system that was asked to must have shut down. */
const shutDownWithin = 120

/** Switches off a machine that was just installed: its system is asked first, where the way can ask. */
export async function shutDown(power: Power, clock: PowerClock): Promise<PowerState> {
  if (power.shutDown && (await power.status()) !== 'off') {
    try {
      await power.shutDown()
      return await switchPower({ ...power, off: async () => {} }, 'off', clock, shutDownWithin)
    } catch (error) {
      if (!(error instanceof PowerError)) throw error
    }
  }
  return switchPower(power, 'off', clock)
}
