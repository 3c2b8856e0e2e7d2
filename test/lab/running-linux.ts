import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { type CpioEntry, cpio } from '../../src/install/ssh/cpio.ts'

/** Writes the initrd of a Linux that is no installer: the lab's own, Debian's kexec and `running.sh`. */
export function writeRunningInitrd(labInitrd: string, file: string): void {
  const kexec = '/usr/sbin/kexec'
  const libraries = execFileSync('ldd', [kexec], { encoding: 'utf8' }).matchAll(/(\/\S+) \(/g)
  const files = [kexec, ...[...libraries].map(([, path = '']) => path)]
  const folders = new Set(files.flatMap(foldersOf))
  const entries: CpioEntry[] = [
    ...[...folders].map(path => ({ path, mode: 0o40755 })),
    ...files.map(path => ({ path: path.slice(1), mode: 0o100755, content: readFileSync(path) })),
    {
      path: 'running.sh',
      mode: 0o100755,
      content: readFileSync(new URL('running.sh', import.meta.url)),
    },
  ]
  writeFileSync(file, Buffer.concat([readFileSync(labInitrd), gzipSync(cpio(entries))]))
}

/** `lib/x86_64-linux-gnu` of a path there, and what is above it, from the top. */
function foldersOf(path: string): string[] {
  const names = path.split('/').slice(1, -1)
  return names.map((_, index) => names.slice(0, index + 1).join('/'))
}
