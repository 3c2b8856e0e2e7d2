import { resolve } from 'node:path'
import { formatProblem, loadConfig } from '../../config/load.ts'
import { exit, Failure } from '../io.ts'

/** Where the assets are that `--config` or `--assets` names. Throws Failure where neither is given, or the config is wrong. */
export function namedAssets(config: string | undefined, assets: string | undefined): string {
  if (assets !== undefined) return resolve(assets)
  if (config === undefined) {
    throw new Failure('it needs --config FILE or --assets FOLDER', exit.usage)
  }
  const loaded = loadConfig(config, 'warning')
  if (loaded.config) return loaded.config.assets
  const [first] = loaded.problems.filter(({ severity }) => severity === 'error')
  throw new Failure(first ? formatProblem(config, first) : `${config} cannot be used`, exit.usage)
}
