import { type Clock, computerClock } from '../base/clock.ts'
import { sendWebhook } from '../install/webhook.ts'
import { openEngine } from '../store/memory.ts'
import { newId, newToken } from '../system/secrets.ts'
import { kernelSenses, type Senses } from '../world/whereabouts.ts'

/** What the parts of a daemon have of the world around them, besides files. */
export interface Outside {
  readonly clock: Clock
  readonly openEngine: typeof openEngine
  readonly sendWebhook: typeof sendWebhook
  /** Who is where. */
  senses(): Senses
  newId(now: number): string
  newToken(): string
}

export const thisComputer: Outside = {
  clock: computerClock,
  ...{ openEngine, sendWebhook, newId, newToken, senses: kernelSenses },
}
