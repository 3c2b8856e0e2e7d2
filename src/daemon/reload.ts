import type { ReloadAnswer } from '../api/daemon.ts'
import type { Log } from '../base/log.ts'
import type { Config } from '../config/config.ts'
import type { DaemonMemory } from '../store/memory.ts'
import { whyCrowded } from '../system/neighbour-room.ts'
import { needRestart } from './need-restart.ts'
import { readAgain } from './read-again.ts'

export interface ReloadDeps {
  readonly log: Log
  readonly memory: Pick<DaemonMemory, 'record'>
  config(): Config
  /** Why a config without mistakes cannot be taken by this daemon all the same. */
  whyNot(next: Config): string | undefined
  /** Goes over to another config. */
  take(next: Config): Promise<void>
}

/** Reloads of the config, one after the other. */
export interface Reload {
  /** A config with mistakes changes nothing: `wrong` is a line for each. */
  run(): Promise<ReloadAnswer | { readonly wrong: readonly string[] }>
  /** That the last one was refused, and why; empty when it was good. */
  notices(): readonly string[]
}

export function createReload(deps: ReloadDeps): Reload {
  let refused: readonly string[] = []
  let last: Promise<unknown> = Promise.resolve()

  const reload = async () => {
    const { log, memory } = deps
    const { next, errors, warnings } = readAgain(deps.config().file, log)
    const apart = next && deps.whyNot(next)
    if (apart !== undefined) log.error(apart)
    const wrong = apart === undefined ? errors : [...errors, apart]
    if (!next || wrong.length > 0) {
      log.error('reload refused: the config above has errors, the running one stays')
      memory.record({ host: null, kind: 'reload', code: 'refused', data: {} })
      refused = [refusalOf(wrong)]
      return { wrong }
    }
    const notes = [...needRestart(deps.config(), next), ...whyCrowded(next.hostByMac.size)]
    for (const line of notes) log.warn(line)
    await deps.take(next)
    refused = []
    memory.record({ host: null, kind: 'reload', code: 'done', data: {} })
    log.info({ hosts: next.hosts.size }, 'config reloaded')
    return { hosts: next.hosts.size, warnings: [...warnings, ...notes] }
  }

  return {
    run() {
      const result = last.then(reload)
      last = result.catch(() => undefined)
      return result
    },
    notices: () => refused,
  }
}

function refusalOf([first = '', ...more]: readonly string[]): string {
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`
  return `the config was not reloaded, and the one before stays: ${first}${others}`
}
