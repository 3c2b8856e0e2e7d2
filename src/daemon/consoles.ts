import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { ConsoleOwner } from '../boot/console.ts'
import { isRunning, type Life, startIn } from '../boot/life.ts'
import { consoleContext } from '../config/template/context.ts'
import { renderText } from '../config/template/template.ts'
import { type ConsoleDesk, createConsoleDesk } from '../power/console/desk.ts'
import type { DaemonMemory } from '../store/memory.ts'
import type { World } from '../world/world.ts'

interface ConsoleParts {
  readonly world: Pick<World, 'config'>
  readonly memory: Pick<DaemonMemory, 'hosts'>
  readonly log: Pick<Log, 'warn'>
  readonly clock: Pick<Clock, 'wall'>
}

/** Of one host, at most so often. */
const tellMs = 3600_000

/** The consoles of the machines of the config as it is now. Nothing is opened yet. */
export function openConsoles({ world, memory, log, clock }: ConsoleParts): ConsoleDesk {
  const { config } = world
  const { dataDir } = config()
  const told = new Map<string, number>()
  return createConsoleDesk({
    host: name => config().hosts.get(name),
    way: name => config().consoles.get(name),
    context: consoleContext,
    render: renderText,
    knownHosts: join(dataDir, 'console-known-hosts'),
    folder: join(dataDir, 'consoles'),
    bound: () => config().keep.console,
    now: clock.wall,
    needed: () =>
      memory.hosts.running().flatMap(({ name, life }) => {
        const { hosts } = config()
        return hosts.get(name)?.console && isOfInterest(life) ? [name] : []
      }),
    owner: name => ownerOf(memory.hosts.get(name)),
    notKept(host, err) {
      const now = clock.wall()
      if (now - (told.get(host) ?? 0) < tellMs) return
      told.set(host, now)
      log.warn({ host, err }, 'what its console says cannot be kept')
    },
  })
}

/** Whether its machine boots, or is made to: one that waits for somebody to switch it on says nothing. */
function isOfInterest(life: Life): boolean {
  return life.state !== 'pending' || startIn(life) !== undefined
}

/** The attempt that a console's words belong to: also the one that is being started, and one that failed just now. */
function ownerOf(
  host: { readonly life: Life; readonly install?: string | undefined } | undefined,
): ConsoleOwner | undefined {
  if (!host || host.install === undefined) return undefined
  const { life, install } = host
  if (!isRunning(life) && life.state !== 'failed') return undefined
  const attempt = startIn(life)?.attempt ?? life.attempt
  return attempt === 0 ? undefined : { install, attempt }
}
