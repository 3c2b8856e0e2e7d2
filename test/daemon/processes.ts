import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Daemon } from './daemon.ts'

/** Writes `deploy.sh`: it notes its pid and that of a child, and then waits for that child. */
export function writeDeploy(daemon: Daemon): void {
  const lines = ['#!/bin/sh', 'sleep 60 &', 'printf "%s\\n%s\\n" $$ $! >> deploy.pids', 'wait', '']
  chmodSync(daemon.write('deploy.sh', lines.join('\n')), 0o755)
}

/** The pids that it noted, when there are at least so many. */
export function pidsIn({ folder }: Daemon, least: number): number[] | undefined {
  const file = join(folder, 'deploy.pids')
  if (!existsSync(file)) return undefined
  const pids = readFileSync(file, 'utf8').trim().split('\n').map(Number)
  return pids.length < least ? undefined : pids
}

/** Whether a process runs. One that is dead and that nobody has buried yet does not. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return !/\) [ZX] /.test(stat)
  } catch {
    return false
  }
}
