import type { Log } from '../base/log.ts'
import { sentenceOf } from '../boot/words/reason.ts'
import type { Config } from '../config/config.ts'
import { buildApp, type HttpApp } from '../http/app.ts'
import { type HandedOver, takeHandedOver } from '../system/handed-over.ts'
import { whyNotTogether } from '../system/network-sockets.ts'
import { PortError } from '../system/ports.ts'
import { createTokens } from '../system/secrets.ts'
import { version } from '../system/version.ts'
import { createChecksumWatch } from '../world/checksums.ts'
import { type Doors, openDoors } from './doors/doors.ts'
import { type Followers, followNetworks, takeConfig, takeUp } from './follow.ts'
import { greet, tellHandedOver } from './greeting.ts'
import { httpDeps } from './http-deps.ts'
import { type Made, makeParts } from './make-parts.ts'
import { createReload, type Reload } from './reload.ts'
import { createDiskWatch, startUpkeep } from './upkeep.ts'

export interface Daemon {
  /** Takes the config file again; a bad one changes nothing and says why. */
  reload: Reload['run']
  /** Ends running downloads after a grace and leaves everything on disk. */
  close(): Promise<void>
}

/** Bytes sent within this time before the end are not cut. */
const closeGraceMs = 3000

/** Starts everything in order; rejects with a sentence when a port or the dataDir cannot be had. */
export async function startDaemon(first: Config, log: Log): Promise<Daemon> {
  const { handedOver, tied } = takeSockets(first, log)
  const made = await makeParts(first, log)
  const { world, memory, outbox, drain } = made
  const tokens = createTokens(first.admin)
  const checksums = createChecksumWatch({ ...made, record: memory.record })
  takeUp(made)
  const disk = createDiskWatch(made)

  let open: Doors | undefined
  const opened = Promise.withResolvers<Doors>()
  const followers: Followers = { made, doors: opened.promise, stale: false }
  const reload = createReload({
    ...{ log, memory, config: world.config },
    whyNot: next => whyNotTogether(next.networks, tied) ?? tokens.follow(next.admin),
    async take(next) {
      await takeConfig(followers, next)
      void checksums.look()
    },
  })
  const held = () => open?.held() ?? []
  const asked = () => [...reload.notices(), ...drain.notices()]
  const unready = () =>
    [
      memory.away() ?? [],
      disk.notices(),
      world.waiting().map(({ line }) => line),
      held().map(sentenceOf),
      asked(),
    ].flat()
  const rivals = (network: string) => open?.rivals(network) ?? []
  const shown = { version: version(), tokens: tokens.all, wakeOutbox: outbox.wake }
  const app = await buildApp(httpDeps({ ...made, ...shown, reload, held, unready, rivals }))
  await app.ready()

  const doors = await openDoors({ ...made, app, handedOver }).catch(async error => {
    await outbox.close()
    await memory.close()
    throw error
  })
  open = doors
  opened.resolve(doors)
  greet(world, log)
  const networks = () => followNetworks(followers)
  const endUpkeep = startUpkeep(made, { networks, disk: disk.look, checksums: checksums.look })
  outbox.wake()
  made.starts.recover()
  void made.power.poll()
  void checksums.look()
  return { reload: reload.run, close: () => close(made, endUpkeep, doors, app) }
}

/** The sockets that were opened for us, and the interfaces that those for DHCP are tied to. */
function takeSockets(
  { networks }: Config,
  log: Log,
): { readonly handedOver: readonly HandedOver[]; readonly tied: readonly string[] } {
  const { sockets: handedOver, unknown } = takeHandedOver(process.env, process.pid)
  const tied = handedOver.filter(({ door }) => door === 'dhcp').map(socket => socket.interface)
  const apart = whyNotTogether(networks, tied)
  if (apart !== undefined) throw new PortError(apart)
  tellHandedOver(handedOver, unknown, log)
  return { handedOver, tied }
}

async function close(made: Made, endUpkeep: () => void, doors: Doors, app: HttpApp): Promise<void> {
  const { memory, outbox, seek } = made
  endUpkeep()
  made.drain.tellCut(made.canResume, made.log)
  made.digests.close()
  made.starts.stop()
  made.power.close()
  await Promise.all([made.pulls.close(), made.discs.close()])
  await doors.close(closeGraceMs)
  await Promise.all([outbox.close(), seek.close(), made.consoles.close(), made.starts.ended()])
  await app.close()
  await memory.committed().catch(() => {})
  made.closeWhereabouts()
  await memory.close()
}
