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
}

/** Takes up the first config, and what an earlier run left. */
export function takeUp(made: Made): void {
  const { world, memory } = made
  if (memory.isNew()) meetAll(world.config().hosts.values(), memory)
  adopt(made, world.config())
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
export async function followNetworks(followers: Followers): Promise<void> {
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
