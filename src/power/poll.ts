import type { Host } from '../boot/host.ts'
import type { PowerHeard } from '../boot/power.ts'
import type { PowerDesk } from './desk.ts'

/** From one machine to the next, at most; and from one round to the next, at least. */
const longestPause = 1000
/** How often it is looked whether the config has another time now: milliseconds. */
const longestRest = 60_000

export interface PollDeps {
  /** Of the config as it is now. */
  hosts(): Iterable<Host>
  readonly power: Pick<PowerDesk, 'run' | 'heard' | 'keepOnly'>
  /** Seconds after which the power of a machine is asked for again, as the config says now. */
  every(): number
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
    for (const asking = new Set<string>(); ; ) await pollOnce(deps, asking)
  } catch {
    // The end.
  }
}

/** `asking` has those that were asked and did not answer so far. */
async function pollOnce(
  { hosts, power, every, now, rest }: PollDeps,
  asking: Set<string>,
): Promise<void> {
  const all = [...hosts()].filter(host => host.power)
  power.keepOnly(all)
  const began = now()
  const everyMs = () => every() * 1000
  const pause = Math.min(longestPause, everyMs() / (all.length + 1))
  for (const host of all) {
    await rest(pause)
    const { name } = host
    if (asking.has(name) || !isToBeAsked(power.heard(host), now() - everyMs() / 2)) continue
    asking.add(name)
    // It never throws; a dead one holds up nobody else.
    void power.run(host, 'status').then(() => asking.delete(name))
  }
  do {
    await rest(Math.max(longestPause, Math.min(longestRest, began + everyMs() - now())))
  } while (now() < began + everyMs())
}

/** Asked since then is asked; epoch milliseconds. */
function isToBeAsked(heard: PowerHeard | undefined, since: number): boolean {
  if (!heard) return true
  if (!heard.ok && heard.why.code === 'bmc-login') return false
  return heard.at <= since
}
