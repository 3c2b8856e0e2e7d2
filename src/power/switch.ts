import type { PowerState, PowerVerb } from '../boot/power.ts'
import { type Power, PowerError } from './power.ts'

/** Time, as what waits for a machine needs it. */
export interface PowerClock {
  /** Milliseconds that never jump. */
  now(): number
  /** Resolves after so many milliseconds, or rejects when everything ends. */
  rest(ms: number): Promise<void>
}

/** Seconds in which a machine must be in the state that was asked for: BMCs take up to half a minute. */
const patience = 60
const lookEveryMs = 1000

/**
 * Does it and waits until the machine is so. Returns the state, `unknown` where the way cannot tell. Throws
 * PowerError.
 */
export async function switchPower(
  power: Power,
  verb: PowerVerb,
  clock: PowerClock,
): Promise<PowerState> {
  switch (verb) {
    case 'status':
      return power.status()
    case 'on':
      await power.on()
      return reach(power, 'on', clock)
    case 'off':
      await power.off()
      return reach(power, 'off', clock)
    case 'cycle':
      return cycle(power, clock)
  }
}

/** BMCs refuse to cycle what is off, so that is switched on. */
async function cycle(power: Power, clock: PowerClock): Promise<PowerState> {
  if ((await power.status()) === 'off') return switchPower(power, 'on', clock)
  if (power.cycle) {
    await power.cycle()
    return reach(power, 'on', clock)
  }
  return offAndOn(power, clock)
}

async function offAndOn(power: Power, clock: PowerClock): Promise<PowerState> {
  await switchPower(power, 'off', clock)
  if (power.pause !== undefined) await clock.rest(power.pause * 1000)
  return switchPower(power, 'on', clock)
}

async function reach(
  power: Power,
  wanted: 'on' | 'off',
  { now, rest }: PowerClock,
): Promise<PowerState> {
  const until = now() + patience * 1000
  for (;;) {
    const is = await power.status()
    if (is === wanted || is === 'unknown') return is
    if (now() >= until) {
      throw new PowerError({ code: 'power-disobeys', wanted, is, seconds: patience })
    }
    await rest(lookEveryMs)
  }
}
