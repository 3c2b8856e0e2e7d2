import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { powerContext } from '../config/template/context.ts'
import { renderText } from '../config/template/template.ts'
import { createPowerDesk, type PowerDesk } from '../power/desk.ts'
import { createPins } from '../power/pins.ts'
import type { World } from '../world/world.ts'

/** The power of the machines of the config as it is now; `close` ends what is under way. */
export function openPower({ config }: Pick<World, 'config'>): PowerDesk & { close(): void } {
  const end = new AbortController()
  const { signal } = end
  const desk = createPowerDesk({
    way: name => config().power.get(name),
    powerUp: () => config().powerUp,
    context: powerContext,
    render: renderText,
    pins: createPins(join(config().dataDir, 'bmc-certificates')),
    signal,
    now: () => performance.now(),
    rest: ms => delay(ms, undefined, { signal }),
  })
  return { ...desk, close: () => end.abort() }
}
