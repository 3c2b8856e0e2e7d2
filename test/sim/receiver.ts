import type { sendWebhook } from '../../src/install/webhook.ts'
import { happens, type Throws } from './throws.ts'
import type { Time } from './time.ts'

/** Of a thousand webhooks so many are refused, not answered, or heard without the sender's knowing. */
export interface ReceiverMood {
  refuses: number
  silent: number
}

/** Who is told by webhooks. */
export function createReceiver(time: Time, roll: Throws) {
  const mood: ReceiverMood = { refuses: 50, silent: 50 }
  /** The bodies of each key that came. */
  const heard = new Map<string, Set<string>>()
  const post: typeof sendWebhook = (_target, { key, body }, signal) =>
    new Promise(resolve => {
      time.stir()
      const cut = { ok: false, why: { code: 'request-failed', error: 'cut' } } as const
      signal.addEventListener('abort', () => resolve(cut))
      const isSilent = happens(roll, mood.silent)
      // Half of those that nobody answers were heard.
      const isHeard = !isSilent || happens(roll, 500)
      const isRefused = happens(roll, mood.refuses)
      time.at(5 + roll(500), () => {
        time.stir()
        if (!isHeard) return
        if (isRefused) resolve({ ok: false, why: { code: 'answered-status', status: 503 } })
        else heard.set(key, (heard.get(key) ?? new Set()).add(body))
        if (!isSilent) resolve({ ok: true })
      })
      time.at(10_000, () => resolve({ ok: false, why: { code: 'no-answer-in-time', seconds: 10 } }))
    })
  return { mood, heard, post }
}

export type SimReceiver = ReturnType<typeof createReceiver>
