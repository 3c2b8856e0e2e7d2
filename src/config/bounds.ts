import { parseDuration, parseSize } from '../base/units.ts'
import type { Config } from './config.ts'
import { defaults } from './defaults.ts'
import type { RawConfig } from './schema/config.ts'

/** How much is done at the same time, how often, and how much is kept. */
export function boundsOf({
  installs = {},
  keep = {},
}: Partial<RawConfig>): Pick<Config, 'parallel' | 'powerUp' | 'powerStatus' | 'keep'> {
  return {
    parallel: installs.parallel ?? defaults.parallel,
    powerUp: installs.powerUp ?? defaults.powerUp,
    powerStatus: parseDuration(installs.powerStatus ?? defaults.powerStatus),
    keep: {
      events: parseDuration(keep.events ?? defaults.keep.events),
      perHost: keep.perHost ?? defaults.keep.perHost,
      output: parseSize(keep.output ?? defaults.keep.output),
      console: parseSize(keep.console ?? defaults.keep.console),
    },
  }
}
