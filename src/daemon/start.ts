import type { Log } from '../base/log.ts'
import type { Config } from '../config/config.ts'
import { answerForwarded } from '../http/api/forwarding.ts'
import type { HttpApp } from '../http/app.ts'
import { type HandedOver, takeHandedOver } from '../system/handed-over.ts'
import { whyNotTogether } from '../system/network-sockets.ts'
import { PortError } from '../system/ports.ts'
import { type ChecksumWatch, createChecksumWatch } from '../world/checksums.ts'
import { type Doors, openDoors } from './doors/doors.ts'
import { createHttpDoors, type HttpDoors } from './doors/http-doors.ts'
import { type Followers, followNetworks, followWaiting, takeUp } from './follow.ts'
import { greet, tellHandedOver } from './greeting.ts'
import { type Lobby, openLobby } from './lobby.ts'
import { makeApp } from './make-app.ts'
import { type Made, makeParts } from './make-parts.ts'
import type { Reload } from './reload.ts'
import { createDiskWatch, startUpkeep } from './upkeep.ts'

export interface Daemon {
  /** Takes the config file again; a bad one changes nothing and says why. */
  reload: Reload['run']
  /** Ends running downloads after a grace and leaves everything on disk. */
  close(): Promise<void>
}

/** Bytes sent within this time before the end are not cut. */
const closeGraceMs = 3000

/** What begins when this daemon works: at once, or when another one does so no more. */
interface Beginning {
  readonly made: Made
  readonly followers: Followers
  readonly disk: ReturnType<typeof createDiskWatch>
  readonly checksums: ChecksumWatch
  readonly handedOver: readonly HandedOver[]
  doors: Doors | undefined
  endUpkeep(): void
}

/**
 * Starts everything in order; rejects with a sentence when a port or the dataDir cannot be had. Where another
 * daemon has the database, this one opens its page alone, and the rest when its turn has come.
 */
export async function startDaemon(first: Config, log: Log): Promise<Daemon> {
  const { handedOver, tied } = takeSockets(first, log)
  const made = await makeParts(first, log)
  const { world, memory } = made
  const opened = Promise.withResolvers<Doors>()
  const beginning: Beginning = {
    ...{ made, handedOver, disk: createDiskWatch(made) },
    followers: { made, doors: opened.promise, stale: false, last: Promise.resolve() },
    checksums: createChecksumWatch({ ...made, record: memory.record }),
    ...{ doors: undefined, endUpkeep: () => {} },
  }
  const doors = () => beginning.doors
  const { app, reload } = await makeApp(first, { ...beginning, log, tied, doors })
  const http = createHttpDoors({ app, world, log })
  if (memory.standsBy() === undefined) opened.resolve(await begin(beginning, http))
  else {
    const lobby = openLobby(made, http)
    beginning.doors = lobby
    opened.resolve(lobby)
    void memory.peers?.works.then(() => takeOver(beginning, http, lobby)).catch(rethrow)
  }
  memory.peers?.serve(asked => answerForwarded(app, asked))
  return { reload: reload.run, close: () => close(beginning, app) }
}

/** Takes up what was left, and opens the doors. */
async function begin(beginning: Beginning, http: HttpDoors, lobby?: Lobby): Promise<Doors> {
  const { made, handedOver, followers, disk, checksums } = beginning
  const { world, memory, outbox, log } = made
  takeUp(made)
  await lobby?.leave()
  const doors = await openDoors({ ...made, http, handedOver }).catch(async error => {
    await outbox.close()
    await memory.close()
    throw error
  })
  beginning.doors = doors
  greet(world, log)
  beginning.endUpkeep = startUpkeep(made, {
    networks: () => followNetworks(followers),
    waiting: () => followWaiting(followers),
    ...{ disk: disk.look, checksums: checksums.look },
  })
  outbox.wake()
  made.starts.recover()
  void made.power.poll()
  void checksums.look()
  void made.routers.look()
  return doors
}

/** The daemon that worked does so no more. */
async function takeOver(beginning: Beginning, http: HttpDoors, lobby: Lobby): Promise<void> {
  const { made, followers } = beginning
  made.log.info('this daemon has the database from now on')
  made.takesOver()
  followers.doors = begin(beginning, http, lobby)
  await followers.doors
}

/** A port that cannot be had ends a daemon that takes over as it ends one that starts. */
function rethrow(error: unknown): void {
  setImmediate(() => {
    throw error
  })
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

async function close(beginning: Beginning, app: HttpApp): Promise<void> {
  const { made } = beginning
  const { memory, outbox, seek } = made
  beginning.endUpkeep()
  if (memory.standsBy() === undefined) made.drain.tellCut(made.canResume, made.log)
  made.digests.close()
  made.starts.stop()
  made.power.close()
  await Promise.all([made.pulls.close(), made.discs.close(), made.captures.close()])
  await beginning.doors?.close(closeGraceMs)
  await Promise.all([outbox.close(), seek.close(), made.consoles.close(), made.starts.ended()])
  await app.close()
  await memory.committed().catch(() => {})
  made.closeWhereabouts()
  await memory.close()
}
