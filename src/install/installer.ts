import { createBootDesk, type DeskDeps } from './boot-desk.ts'
import type { InstallDeps } from './deps.ts'
import { createDownloads } from './downloads.ts'
import { createLife } from './life.ts'
import { createMenus } from './menus.ts'
import { createOutbox, type Outbox, type OutboxDeps } from './outbox.ts'
import { createPhoneHome } from './phone-home.ts'
import { createScripts } from './scripts.ts'
import { createDeployer } from './ssh/deploy.ts'
import { createSeek } from './ssh/seek.ts'
import { createStrangers } from './strangers.ts'

export interface InstallerDeps
  extends InstallDeps,
    Pick<DeskDeps, 'world' | 'seen' | 'moved'>,
    Pick<OutboxDeps, 'places' | 'outputBound' | 'failed' | 'tried' | 'sendWebhook'> {
  readonly dataDir: string
  /** A machine could not be looked for by ssh, for example because the disk is full. */
  notSought(host: string, error: unknown): void
}

/** The whole install life cycle, put together: what the doors ask, and what looks after it. */
export function createInstaller(deps: InstallerDeps) {
  const startedAt = deps.now()
  const heard = { at: new Map<string, number>(), startedAt }
  const heardAt = (name: string) => heard.at.get(name) ?? heard.startedAt
  const deployer = createDeployer({ ...deps, folder: deps.dataDir })
  // The outbox tells the lives when a deploy ends, and the lives fill the outbox.
  const outbox: Outbox = createOutbox({
    ...{ ...deps, ...deployer },
    deployStarted: delivery => lives.deployStarted(delivery),
    deployEnded: (delivery, error) => lives.deployEnded(delivery, error),
    left: install => lives.tidy(install),
  })
  const lives = createLife(deps, outbox, name =>
    deps.isSwitching(name) ? deps.now() : heardAt(name),
  )
  const scripts = createScripts(deps, lives)
  const strangers = createStrangers()
  const menus = createMenus(deps)
  return {
    ...{ lives, scripts, strangers, menus, outbox },
    answers: createBootDesk({ ...deps, lives, scripts, strangers, menus }),
    phoneHome: createPhoneHome(deps, lives, scripts, strangers),
    downloads: createDownloads(deps, lives, heard),
    seek: createSeek(deps, lives, deps.notSought),
    canResume: deployer.canResume,
    /** Epoch milliseconds. */
    startedAt,
    /** From now on machines are heard here: that none was before is no silence of theirs. */
    takesOver(): void {
      heard.startedAt = deps.now()
    },
  }
}

export type Installer = ReturnType<typeof createInstaller>
