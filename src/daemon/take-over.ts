import { join } from 'node:path'
import type { Host } from '../boot/host.ts'
import { bootByKexec, type TakeOverDeps } from '../install/ssh/take-over.ts'
import type { PowerDeskDeps } from '../power/desk.ts'
import type { World } from '../world/world.ts'
import { type WakeDeps, wake } from './wake.ts'

type Seen = Pick<TakeOverDeps, 'addressesOf' | 'whyNoTarget'>

/** What is done to a machine besides its power: it is woken, or the system that runs there boots the installer. */
export function powerDeeds(
  deps: WakeDeps & { readonly world: World },
  { addressesOf, whyNoTarget }: Seen,
): Pick<PowerDeskDeps, 'wake' | 'takeOver'> {
  const { world } = deps
  const serverUrl: TakeOverDeps['serverUrl'] = address =>
    world.place(world.networkOf({ address, localAddress: address }), address).serverUrl
  return {
    wake: host => wake(host, deps),
    takeOver: (host: Host) =>
      bootByKexec(host, {
        ...{ addressesOf, whyNoTarget, serverUrl },
        folder: join(world.config().dataDir, 'running'),
      }),
  }
}
