import type { Config } from '../config/config.ts'
import { meetAll, meetNewCards } from '../install/appear.ts'
import type { Doors } from './doors/doors.ts'
import type { Made } from './make-parts.ts'
import { recover } from './recover.ts'

/** What goes along with the config and the networks. */
export interface Followers {
  readonly made: Made
  /** HTTP hears before the other doors are open, so a reload may come before they are. */
  doors: Promise<Doors>
  /** The sockets do not follow the networks yet. */
  stale: boolean
  /** Two at once would find ports taken by each other. */
  last: Promise<void>
}

/** Takes up the first config, and what an earlier run left. */
export function takeUp(made: Made): void {
  const { world, memory } = made
  if (memory.isNew()) meetAll(world.config().hosts.values(), memory)
  adopt(made, world.config())
  made.captures.clear()
  recover(made)
}

/** Goes over to another config. */
export async function takeConfig(followers: Followers, next: Config): Promise<void> {
  const doors = await followers.doors
  doors.renew()
  adopt(followers.made, next)
  followers.stale = true
  await followNetworks(followers)
}

/** Opens and closes sockets as the networks have come and gone. */
export function followNetworks(followers: Followers): Promise<void> {
  const turn = followers.last.then(() => follow(followers))
  followers.last = turn.catch(() => {})
  return turn
}

/** As long as a network waits: its address may be one that moves, with machines that ask for it. */
export async function followWaiting(followers: Followers): Promise<void> {
  if (followers.made.world.waiting().length > 0) await followNetworks(followers)
}

async function follow(followers: Followers): Promise<void> {
  const { world, log } = followers.made
  if (world.settle()) {
    followers.stale = true
    for (const { line } of world.waiting()) log.warn(line)
  }
  if (!followers.stale) return
  const doors = await followers.doors
  await doors.refresh()
  followers.stale = false
}

function adopt({ world, memory, lives }: Made, next: Config): void {
  // Whoever stands by changes nothing.
  if (memory.standsBy() === undefined) {
    meetNewCards(next.hosts.values(), memory)
    lives.forget(name => next.hosts.has(name))
  }
  const hostOfInstall = (id: string) => memory.installs.get(id)?.spec.host
  world.replace(next, memory.hosts.running(), hostOfInstall)
}
