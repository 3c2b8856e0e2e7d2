import { readdirSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'
import { readProc } from './proc.ts'

/**
 * Who holds a port, as `name (pid 123)`: found through /proc/self/net and the descriptors of every
 * process that we may look into. Undefined when nobody does or we may not see it.
 */
export function portOwner(protocol: 'udp' | 'tcp', port: number): string | undefined {
  const inodes = new Set([...inodesOf(protocol, port), ...inodesOf(`${protocol}6`, port)])
  if (inodes.size === 0) return undefined
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    if (holdsOne(pid, inodes)) return `${nameOf(pid)} (pid ${pid})`
  }
  return undefined
}

/** Socket inodes bound to a port; for TCP only those that listen (state 0A). */
function inodesOf(table: string, port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  return readProc(`/proc/self/net/${table}`)
    .split('\n')
    .slice(1)
    .flatMap(line => {
      const fields = line.trim().split(/\s+/)
      const bound = fields[1]?.endsWith(`:${hex}`) ?? false
      const listens = table.startsWith('udp') || fields[3] === '0A'
      return bound && listens ? (fields[9] ?? []) : []
    })
}

function holdsOne(pid: string, inodes: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some(fd => {
      const target = linkOf(`/proc/${pid}/fd/${fd}`)
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1]
      return inode !== undefined && inodes.has(inode)
    })
  } catch {
    return false
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

/** The program's file name: Node calls its main thread, and so every program, `MainThread`. */
function nameOf(pid: string): string {
  const [program = ''] = readProc(`/proc/${pid}/cmdline`).split('\0')
  const comm = readProc(`/proc/${pid}/comm`).trim()
  return basename(program) || comm || 'a process'
}
