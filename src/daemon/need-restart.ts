import type { Config } from '../config/config.ts'

/** Settings that a running daemon cannot take over. */
export function needRestart(before: Config, after: Config): string[] {
  const keys = ['dataDir', 'store', 'assets', 'http', 'tftp', 'dhcp', 'syslog'] as const
  return keys
    .filter(key => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .map(key => `${key} has changed: that takes effect at the next start`)
}
