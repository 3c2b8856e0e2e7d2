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
 * Does it and waits until the machine is so, at most so many seconds. Returns the state, `unknown` where the
 * way cannot tell. Throws PowerError.
 */
export async function switchPower(
  power: Power,
  verb: PowerVerb,
  clock: PowerClock,
  within = patience,
): Promise<PowerState> {
  switch (verb) {
    case 'status':
      return power.status()
    case 'on':
      await power.on()
      return reach(power, 'on', clock)
    case 'off':
      await power.off()
      return reach(power, 'off', clock, within)
    case 'cycle':
      return (await reset(power, clock)).state
  }
}

/** Resets a machine; BMCs refuse that to what is off, so it is switched on. Throws PowerError. */
export async function reset(
  power: Power,
  clock: PowerClock,
): Promise<{ readonly state: PowerState; readonly switchedOn?: true }> {
  if ((await power.status()) === 'off') {
    return { state: await switchPower(power, 'on', clock), switchedOn: true }
  }
  if (await power.cycle?.()) return { state: await reach(power, 'on', clock) }
  return { state: await offAndOn(power, clock) }
}

async function offAndOn(power: Power, clock: PowerClock): Promise<PowerState> {
  await switchPower(power, 'off', clock)
  await restOff(power, clock)
  return switchPower(power, 'on', clock)
}

/** What stands behind a plug has capacitors. */
export async function restOff({ pause }: Power, { rest }: PowerClock): Promise<void> {
  if (pause !== undefined) await rest(pause * 1000)
}

async function reach(
  power: Power,
  wanted: 'on' | 'off',
  { now, rest }: PowerClock,
  within = patience,
): Promise<PowerState> {
  const until = now() + within * 1000
  for (;;) {
    const is = await power.status()
    if (is === wanted || is === 'unknown') return is
    if (now() >= until) {
      throw new PowerError({ code: 'power-disobeys', wanted, is, seconds: within })
    }
    await rest(lookEveryMs)
  }
}
