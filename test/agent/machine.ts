import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Test } from 'tap'
import { makeFolder } from '../folder.ts'

/** Files of /proc and /sys by their path; a Buffer is binary, `{ to }` a symlink. */
export type SysFiles = Readonly<Record<string, string | Buffer | { readonly to: string }>>

/** A folder with these files, to be taken for the root of a machine. */
export function machineRoot(t: Test, files: SysFiles): string {
  const root = makeFolder(t)
  const all: SysFiles = {
    'proc/meminfo': 'MemTotal: 1000 kB\n',
    'proc/cpuinfo': 'processor\t: 0\n',
    ...files,
  }
  for (const [path, content] of Object.entries(all)) {
    const file = join(root, path)
    mkdirSync(dirname(file), { recursive: true })
    if (typeof content === 'string' || Buffer.isBuffer(content)) writeFileSync(file, content)
    else symlinkSync(content.to, file)
  }
  return root
}

/** Shells that the agent's scripts have to run in: that of the agent, and Debian's. */
export const shells = [['busybox', 'sh'], ['dash']] as const

/** What the agent finds out about a machine. */
export function factsOf(root: string, [program, ...args]: readonly string[] = ['dash']) {
  const env = { PATH: process.env.PATH, AGENT_ROOT: root }
  const facts = resolve('src/agent/facts')
  const text = execFileSync(program ?? 'sh', [...args, facts], { env, encoding: 'utf8' })
  return { text, facts: JSON.parse(text) as Record<string, unknown> }
}

/** An entry of the SMBIOS for a memory module (type 17): its two sizes as they stand there. */
export function memoryModule(size: number, extended = 0): Buffer {
  const entry = Buffer.alloc(40)
  entry.writeUInt8(17, 0)
  entry.writeUInt8(40, 1)
  entry.writeUInt16LE(size, 12)
  entry.writeUInt32LE(extended, 28)
  return entry
}
