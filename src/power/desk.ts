import type { Host } from '../boot/host.ts'
import type { PowerState, PowerVerb, PowerWay } from '../boot/power.ts'
import { type Reason, written } from '../boot/reason.ts'
import { type Power, PowerError, type WayDeps } from './power.ts'
import { type PowerClock, switchPower } from './switch.ts'
import { createTurns, type Turns } from './turns.ts'
import { powerBy } from './ways.ts'

export interface PowerDeskDeps extends WayDeps, PowerClock {
  /** A way of the config, as it is now. */
  way(name: string): PowerWay | undefined
  /** The names that its templates may use. */
  context(host: Host): object
  /** How many machines may be switched on or reset at the same time. */
  powerUp(): number
}

/** How it went: the state that the machine is in, or why not. */
export type PowerOutcome =
  | { readonly ok: true; readonly state: PowerState }
  | { readonly ok: false; readonly why: Reason }

export interface PowerDesk {
  /** Why nothing can be done to this host's power; undefined where it has a way. */
  whyNot(host: Host): Reason | undefined
  /** Does it and waits until the machine is so. Never throws. */
  run(host: Host, verb: PowerVerb): Promise<PowerOutcome>
}

/** Machines that are asked at the same time: a dead one takes seconds. */
const asked = 64

/**
 * Where everybody asks who wants something of a machine's power. One thing at a time is done at a BMC; so
 * many machines as `powerUp` says draw power at once.
 */
export function createPowerDesk(deps: PowerDeskDeps): PowerDesk {
  const looking = createTurns(() => asked)
  const starting = createTurns(deps.powerUp)
  const atOne = createKeyedTurns()

  const whyNot = ({ name, power }: Host): Reason | undefined => {
    if (!power) return { code: 'no-power', host: name }
    return deps.way(power.by) ? undefined : { code: 'no-power-way', name: power.by }
  }
  const attempt = async (host: Host, verb: PowerVerb): Promise<PowerOutcome> => {
    const way = host.power && deps.way(host.power.by)
    if (!host.power || !way) return { ok: false, why: whyNot(host) ?? written('no way') }
    const power = powerBy(way, { ...host.power, context: deps.context(host) }, deps)
    return outcomeOf(power, () => switchPower(power, verb, deps))
  }
  return {
    whyNot,
    run(host, verb) {
      const turns = verb === 'on' || verb === 'cycle' ? starting : looking
      return atOne(keyOf(host), () => turns(() => attempt(host, verb)))
    },
  }
}

/** What is behind one address is one BMC, whatever hosts it has. */
function keyOf({ name, power }: Host): string {
  return power?.address === undefined ? `host ${name}` : `address ${power.address}`
}

async function outcomeOf(power: Power, work: () => Promise<PowerState>): Promise<PowerOutcome> {
  try {
    return { ok: true, state: await work() }
  } catch (error) {
    if (error instanceof PowerError) return { ok: false, why: error.why }
    return { ok: false, why: written(error instanceof Error ? error.message : String(error)) }
  } finally {
    await power.close?.()
  }
}

/** One at a time of each key. */
function createKeyedTurns() {
  const all = new Map<string, { readonly turns: Turns; users: number }>()
  return async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const entry = all.get(key) ?? { turns: createTurns(() => 1), users: 0 }
    all.set(key, entry)
    entry.users += 1
    try {
      return await entry.turns(work)
    } finally {
      entry.users -= 1
      if (entry.users === 0) all.delete(key)
    }
  }
}
