import { readdirSync, readFileSync } from 'node:fs'

/** What a process and its children have used up to now. */
export interface Usage {
  /** CPU seconds, of the kernel's work for it too. */
  readonly cpu: number
  /** The most memory that each of them held, in MB. */
  readonly peak: number
}

/** Looks at a process and all its descendants that still run. */
export function usageOf(pid: number): Usage {
  const family = familyOf(pid)
  return {
    cpu: family.reduce((sum, member) => sum + cpuSeconds(member), 0),
    peak: family.reduce((sum, member) => sum + peakMegabytes(member), 0),
  }
}

/** MB that a process and its descendants hold now, without what files lent them. */
export function memoryOf(pid: number): number {
  const own = familyOf(pid).map(member => readOf(`/proc/${member}/status`))
  const anonymous = own.map(status => Number(/^RssAnon:\s+(\d+) kB/m.exec(status)?.[1] ?? 0))
  return anonymous.reduce((sum, kilobytes) => sum + kilobytes / 1000, 0)
}

/** CPU seconds of one process: fields 14 and 15 of proc(5) stat, at 100 ticks a second. */
export function cpuSeconds(pid: number): number {
  const fields = statOf(pid)
  return (Number(fields[11]) + Number(fields[12])) / 100
}

function peakMegabytes(pid: number): number {
  const status = readOf(`/proc/${pid}/status`)
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1000
}

function familyOf(pid: number): number[] {
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name))
  const parents = new Map(pids.map(name => [Number(name), Number(statOf(Number(name))[1])]))
  const family = new Set([pid])
  for (let before = 0; before < family.size; ) {
    before = family.size
    for (const [child, parent] of parents) if (family.has(parent)) family.add(child)
  }
  return [...family]
}

/** The fields behind the name, which may hold spaces. */
function statOf(pid: number): string[] {
  const stat = readOf(`/proc/${pid}/stat`)
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

/** A process that has ended meanwhile has used nothing. */
function readOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
