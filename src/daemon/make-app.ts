import type { Log } from '../base/log.ts'
import { sentenceOf } from '../boot/words/reason.ts'
import type { Config } from '../config/config.ts'
import { buildApp, type HttpApp } from '../http/app.ts'
import { whyNotTogether } from '../system/network-sockets.ts'
import { createTokens } from '../system/secrets.ts'
import { version } from '../system/version.ts'
import type { ChecksumWatch } from '../world/checksums.ts'
import type { Doors } from './doors/doors.ts'
import { type Followers, takeConfig } from './follow.ts'
import { httpDeps } from './http-deps.ts'
import { createReload, type Reload } from './reload.ts'
import type { createDiskWatch } from './upkeep.ts'

export interface AppParts {
  readonly followers: Followers
  readonly log: Log
  /** Interfaces that sockets which were opened for us are tied to. */
  readonly tied: readonly string[]
  readonly disk: Pick<ReturnType<typeof createDiskWatch>, 'notices'>
  readonly checksums: ChecksumWatch
  /** What is open now. */
  doors(): Doors | undefined
}

/** The routes of HTTP, without a socket, and what reloads the config. */
export async function makeApp(
  first: Config,
  { followers, log, tied, disk, checksums, doors }: AppParts,
): Promise<{ readonly app: HttpApp; readonly reload: Reload }> {
  const { made } = followers
  const { world, memory, outbox, drain } = made
  const tokens = createTokens(first.admin)
  const reload = createReload({
    ...{ log, memory, config: world.config },
    whyNot: next => whyNotTogether(next.networks, tied) ?? tokens.follow(next.admin),
    async take(next) {
      await takeConfig(followers, next)
      void checksums.look()
      void made.routers.look()
    },
  })
  const held = () => doors()?.held() ?? []
  const asked = () => [...reload.notices(), ...drain.notices()]
  const unready = () =>
    [
      memory.away() ?? [],
      disk.notices(),
      world.waiting().map(({ line }) => line),
      held().map(sentenceOf),
      asked(),
    ].flat()
  const rivals = (network: string) => doors()?.rivals(network) ?? []
  const shown = { version: version(), tokens: tokens.all, wakeOutbox: outbox.wake }
  const app = await buildApp(httpDeps({ ...made, ...shown, reload, held, unready, rivals }))
  await app.ready()
  return { app, reload }
}
