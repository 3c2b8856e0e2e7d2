import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Daemon } from '../daemon/daemon.ts'

/** The token that a daemon made at its first start. */
export function adminToken({ folder }: Daemon): string {
  return readFileSync(join(folder, 'data/admin-token'), 'utf8').trim()
}
