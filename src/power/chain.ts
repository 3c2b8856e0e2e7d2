import { given } from '../base/given.ts'
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
      const failed = links.length > 1 ? await whyMute(power) : undefined
      if (!failed) {
        return { value: await work(power), ...given('instead', first && { by, why: first.why }) }
      }
      first ??= failed
    } finally {
      await power.close?.()
    }
  }
  throw first ?? new PowerError({ code: 'power-only-on' })
}

async function whyMute(power: Power): Promise<PowerError | undefined> {
  try {
    await power.status()
    return undefined
  } catch (error) {
    if (error instanceof PowerError) return error
    throw error
  }
}
