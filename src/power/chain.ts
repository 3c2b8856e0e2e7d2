import { given } from '../base/given.ts'
import type { PowerState } from '../boot/power.ts'
import type { Reason } from '../boot/reason.ts'
import { type Power, PowerError } from './power.ts'

/** One of the ways of a host. */
export interface ChainLink {
  /** Its name. */
  readonly by: string
  /** Nothing is asked yet. Throws PowerError. */
  open(): Power
}

/** Another way than the first did it, and why that one could not. */
export interface Instead {
  readonly by: string
  readonly why: Reason
}

export interface Done<T> {
  readonly value: T
  readonly instead?: Instead
}

/**
 * Does it by the first way that answers when it is asked for the power: where one fails later the machine may
 * have felt it, and no other way is tried. What only switches on is no answer where more is wanted
 * (`onSuffices`). Throws the PowerError of the first way that could not, where there is none for it.
 */
export async function doByFirst<T>(
  links: readonly ChainLink[],
  work: (power: Power) => Promise<T>,
  onSuffices: boolean,
): Promise<Done<T>> {
  let first: PowerError | undefined
  for (const { by, open } of links) {
    const power = open()
    try {
      if (first && power.onlyOn && !onSuffices) break
      const asked = links.length > 1 ? await askedFirst(power) : power
      if (!(asked instanceof PowerError)) {
        return { value: await work(asked), ...given('instead', first && { by, why: first.why }) }
      }
      first ??= asked
    } finally {
      await power.close?.()
    }
  }
  throw first ?? new PowerError({ code: 'power-only-on' })
}

/** The power of a machine that answers when it is asked for its state; else why it does not. */
async function askedFirst(power: Power): Promise<Power | PowerError> {
  try {
    return withKnown(power, await power.status())
  } catch (error) {
    if (error instanceof PowerError) return error
    throw error
  }
}

/** BMCs are slow: who asks for the state before anything is done to it is told what was just heard. */
function withKnown(power: Power, state: PowerState): Power {
  let known: PowerState | undefined = state
  const forgetting = <A extends unknown[], T>(deed: (...args: A) => T) => {
    return (...args: A): T => {
      known = undefined
      return deed(...args)
    }
  }
  const { on, off, cycle, netboot, shutDown } = power
  return {
    ...power,
    status: async () => known ?? power.status(),
    ...{ on: forgetting(on), off: forgetting(off) },
    ...given('cycle', cycle && forgetting(cycle)),
    ...given('netboot', netboot && forgetting(netboot)),
    ...given('shutDown', shutDown && forgetting(shutDown)),
  }
}
