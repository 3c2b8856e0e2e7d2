import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { kexecWay, wakeWay } from '../boot/power.ts'
import { powerContext } from '../config/template/context.ts'
import { renderText } from '../config/template/template.ts'
import { createPowerDesk, type PowerDesk, type PowerDeskDeps } from '../power/desk.ts'
import { createPins } from '../power/pins.ts'
import { pollPower } from '../power/poll.ts'
import type { World } from '../world/world.ts'

interface OpenPower extends PowerDesk {
  /** Asks for the power of all machines, slowly and again and again, until it is closed. */
  poll(): Promise<void>
  /** Ends what is under way. */
  close(): void
}

/** After a start the network settles first, and installs that are due begin. */
const settleMs = 15_000

/** The power of the machines of the config as it is now; `changed` is called when something was heard of one. */
export function openPower(
  { config }: Pick<World, 'config'>,
  changed: (host: string) => void,
  deeds: Pick<PowerDeskDeps, 'wake' | 'takeOver'>,
): OpenPower {
  const end = new AbortController()
  const { signal } = end
  const rest = (ms: number) => delay(ms, undefined, { signal, ref: false })
  const desk = createPowerDesk({
    way: name => config().power.get(name) ?? [wakeWay, kexecWay].find(way => way.name === name),
    ...deeds,
    powerUp: () => config().powerUp,
    context: powerContext,
    render: renderText,
    pins: createPins(join(config().dataDir, 'bmc-certificates')),
    signal,
    now: () => performance.now(),
    wallClock: Date.now,
    changed,
    rest: ms => delay(ms, undefined, { signal }),
  })
  return {
    ...desk,
    async poll() {
      await rest(settleMs).catch(() => {})
      await pollPower({
        hosts: () => config().hosts.values(),
        every: () => config().powerStatus,
        ...{ power: desk, now: Date.now, rest },
      })
    },
    close: () => end.abort(),
  }
}
