import { statfsSync } from 'node:fs'
import { join } from 'node:path'
import { tokenLife } from '../install/live-attempts.ts'
import { createReserve } from '../system/reserve.ts'
import type { ChecksumWatch } from '../world/checksums.ts'
import { createEvery } from './every.ts'
import type { Made } from './make-parts.ts'
import { sweepLogins } from './recover.ts'

/** Does again and again what no packet asks for; returns what ends it. */
export function startUpkeep(
  made: Made,
  turns: {
    readonly networks: () => Promise<void>
    /** For networks that cannot be served yet. */
    readonly waiting: () => Promise<void>
    readonly disk: () => void
    readonly checksums: ChecksumWatch['look']
  },
): () => void {
  const { log, clock, lives, seek, consoles, routers, captures } = made
  const every = createEvery(log, clock)
  const timers = [
    every(1000, 'clocks', lives.tick),
    every(1000, 'ssh', seek.tick),
    every(1000, 'consoles', consoles.look),
    every(3000, 'networks', turns.networks),
    every(250, 'networks', turns.waiting),
    every(3600_000, 'housekeeping', () => dropWhatIsOver(made)),
    every(5000, 'disk', turns.disk),
    every(1000, 'captures', captures.tidy),
    every(10_000, 'checksums', turns.checksums),
    every(300_000, 'routers', routers.look),
  ]
  return () => {
    for (const end of timers) end()
  }
}

async function dropWhatIsOver({ memory, logins, world, now, consoles, log }: Made): Promise<void> {
  sweepLogins({ logins, memory })
  memory.events.pruneOld()
  memory.installs.voidAttemptsBefore(now() - tokenLife * 1000)
  memory.deliveries.dropBefore(now() - world.config().keep.events * 1000)
  const hosts = consoles.dropLeft()
  if (hosts.length > 0) log.info({ hosts }, 'consoles of hosts that left the config are removed')
  await memory.tidy()
}

/** Leases and states must go on when the disk is full: events and consoles give way first. */
export function createDiskWatch({
  memory,
  world,
  consoles,
}: Pick<Made, 'memory' | 'world' | 'consoles'>) {
  const { dataDir } = world.config()
  const reserve = createReserve(join(dataDir, 'reserve'))
  let full = false
  let crowded = false
  const look = () => {
    const { bavail, bsize } = statfsSync(dataDir)
    full = reserve.watch(bavail * bsize)
    crowded = memory.isCrowded()
    memory.events.setDropping(full || crowded)
    consoles.setDropping(full)
  }
  look()
  return {
    look,
    notices: () => [
      ...(full ? ['the disk of dataDir is nearly full: events and consoles are not recorded'] : []),
      ...(crowded ? ['too many events wait for the database: no more are recorded'] : []),
    ],
  }
}
