import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What a kernel would unpack, by its head. */
export const initrd = Buffer.concat([
  Buffer.from('1f8b0800', 'hex'),
  Buffer.alloc(200_000, 'initrd'),
])

/** A disc with these files, made by xorriso with the names of Rock Ridge and Joliet, as distributions make theirs. */
export function makeDisc(
  folder: string,
  files: Readonly<Record<string, Uint8Array>>,
  name = 'disc.iso',
): string {
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, 'tree', path)), { recursive: true })
    writeFileSync(join(folder, 'tree', path), bytes)
  }
  const disc = join(folder, name)
  const made = ['-as', 'mkisofs', '-quiet', '-R', '-J', '-o', disc, join(folder, 'tree')]
  execFileSync('xorriso', made, { stdio: 'ignore' })
  return disc
}
