import { readdirSync, readFileSync } from 'node:fs'

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

/** The groups of all processes that were started with all of these variables. */
export function groupsWith(env: Readonly<Record<string, string>>): ProcessGroup[] {
  const wanted = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  if (wanted.length === 0) return []
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name))
  const theirs = pids.filter(pid => {
    const given = read(`/proc/${pid}/environ`)?.split('\0') ?? []
    return wanted.every(variable => given.includes(variable))
  })
  const ids = new Set(theirs.flatMap(pid => statOf(pid)?.[2] ?? []).map(Number))
  return [...ids].map(pgid => ({ pgid, start: startOf(pgid) ?? 0 }))
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
  const start = statOf(pid)?.[19]
  return start === undefined ? undefined : Number(start)
}

/** The fields of /proc/PID/stat from the third on. */
function statOf(pid: number | string): string[] | undefined {
  const stat = read(`/proc/${pid}/stat`)
  // The command name, in parentheses, may itself hold spaces and parentheses.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
