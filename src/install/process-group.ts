import { readFileSync } from 'node:fs'

/** A running process group: its id, and when its leader started, since ids are used again. */
export interface ProcessGroup {
  readonly pgid: number
  /** Clock ticks since boot: field 22 of /proc/PID/stat, proc(5). */
  readonly start: number
}

/** The group that a detached child leads, or undefined when it is gone already. */
export function groupOf(pid: number): ProcessGroup | undefined {
  const start = startOf(pid)
  return start === undefined ? undefined : { pgid: pid, start }
}

/**
 * Ends a group: SIGTERM, then SIGKILL after the grace (milliseconds). A group whose leader is not the
 * process that was started is somebody else's and is left alone. Returns whether there was one.
 */
export function endGroup(group: ProcessGroup, graceMs: number): boolean {
  const start = startOf(group.pgid)
  if (start !== undefined && start !== group.start) return false
  if (!signal(group.pgid, 'SIGTERM')) return false
  setTimeout(() => killGroup(group), graceMs).unref()
  return true
}

/** Ends it at once, for what a daemon that was killed has left behind. */
export function killGroup(group: ProcessGroup): boolean {
  const start = startOf(group.pgid)
  if (start !== undefined && start !== group.start) return false
  return signal(group.pgid, 'SIGKILL')
}

function signal(pgid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(-pgid, name)
    return true
  } catch {
    return false
  }
}

function startOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command name, in parentheses, may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return Number(fields[19])
  } catch {
    return undefined
  }
}
