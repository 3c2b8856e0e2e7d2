import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Daemon } from '../daemon/daemon.ts'

/** A token that a daemon made at its first start: that of the admin, unless another file is named. */
export function tokenOf({ folder }: Daemon, file = 'admin-token'): string {
  return readFileSync(join(folder, 'data', file), 'utf8').trim()
}
