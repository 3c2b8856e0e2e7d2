import type { Host } from '../boot/host.ts'
import type { PowerHeard } from '../boot/power.ts'
import type { PowerDesk } from './desk.ts'

/** Milliseconds after which the power of a machine is asked for again. */
const pollEvery = 300_000
/** From one machine to the next, at most. */
const longestPause = 1000

export interface PollDeps {
  /** Of the config as it is now. */
  hosts(): Iterable<Host>
  readonly power: Pick<PowerDesk, 'run' | 'heard'>
  /** Epoch milliseconds. */
  now(): number
  /** Resolves after so many milliseconds, or rejects when everything ends. */
  rest(ms: number): Promise<void>
}

/**
 * Asks for the power of all machines again and again, one after the other so that it is spread over the time;
 * who was asked meanwhile by somebody else is left out. Returns when `rest` rejects. Whoever refused the login
 * is asked no more: many BMCs lock a user after some wrong passwords.
 */
export async function pollPower(deps: PollDeps): Promise<void> {
  try {
    for (;;) await pollOnce(deps)
  } catch {
    // The end.
  }
}

async function pollOnce({ hosts, power, now, rest }: PollDeps): Promise<void> {
  const all = [...hosts()].filter(host => host.power)
  const pause = Math.min(longestPause, pollEvery / (all.length + 1))
  const end = now() + pollEvery
  for (const host of all) {
    await rest(pause)
    // It never throws; a dead one holds up nobody else.
    if (isToBeAsked(power.heard(host), now())) void power.run(host, 'status')
  }
  await rest(Math.max(longestPause, end - now()))
}

function isToBeAsked(heard: PowerHeard | undefined, now: number): boolean {
  if (!heard) return true
  if (!heard.ok && heard.why.code === 'bmc-login') return false
  return now - heard.at >= pollEvery / 2
}
