import { spawn, spawnSync } from 'node:child_process'
import { closeSync, openSync, readSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { type DiscParts, discPartsOf, lastName } from './discs.ts'
import { type CopyProgress, ImportError } from './import-image.ts'

/** Where the first volume descriptor of ISO 9660 says `CD001` (ECMA-119, 8.1.2). */
const markAt = 16 * 2048 + 1

/** Whether a file is a disc, by its bytes. */
export function isDisc(file: string): boolean {
  const mark = Buffer.alloc(5)
  const fd = openSync(file, 'r')
  try {
    return readSync(fd, mark, 0, 5, markAt) === 5 && mark.toString('latin1') === 'CD001'
  } finally {
    closeSync(fd)
  }
}

/**
 * What is to be taken from a disc.
 *
 * @throws ImportError where bsdtar is missing, the disc cannot be read, or nothing known lies in it
 */
export function readDisc(file: string): DiscParts {
  const settings = { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 } as const
  const { status, stdout, stderr, error } = spawnSync('bsdtar', ['-tf', file], settings)
  if (error) throw new ImportError('bsdtar is missing; install the package libarchive-tools')
  if (status !== 0) throw new ImportError(`${file} cannot be read: ${stderr.trim()}`)
  const names = stdout.split('\n')
  const parts = discPartsOf(names)
  if (parts) return parts
  const debian = names.some(name => /^install\.\w+\/vmlinuz$/.test(name))
  const instead = debian
    ? 'this installer wants its disc; `bootwright pull debian` has the one that netboots'
    : 'a profile with `iso:` boots it whole, if its system stands that'
  throw new ImportError(`${file} is laid out like no distribution that is known here: ${instead}`)
}

/**
 * Takes the parts of a disc into a folder; returns their paths there.
 *
 * @throws ImportError where one cannot be read whole
 */
export async function takeParts(
  file: string,
  { kernel, initrd, system }: DiscParts,
  folder: string,
  progress: CopyProgress,
): Promise<string[]> {
  const paths: string[] = []
  for (const part of [kernel, initrd, ...(system === undefined ? [] : [system])]) {
    const path = join(folder, lastName(part))
    const total = sizeOf(file, part)
    await takePart(file, part, path, bytes =>
      progress(bytes, Math.max(bytes, total), lastName(part)),
    )
    paths.push(path)
  }
  return paths
}

/** Bytes of a file on a disc; 0 where bsdtar does not tell. */
function sizeOf(file: string, part: string): number {
  const { stdout } = spawnSync('bsdtar', ['-tvf', file, '--', part], { encoding: 'utf8' })
  return Number(/^-\S+\s+\d+\s+\S+\s+\S+\s+(\d+)\s/m.exec(stdout)?.[1] ?? 0)
}

async function takePart(file: string, part: string, to: string, wrote: (bytes: number) => void) {
  // Before the child: what one wrote that has ended is thrown away where nobody reads yet.
  await using target = await open(to, 'wx', 0o644)
  const child = spawn('bsdtar', ['-xOf', file, '--', part], { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = Promise.withResolvers<number | null>()
  child.once('error', ended.reject).once('close', ended.resolve)
  let said = ''
  child.stderr.setEncoding('utf8').on('data', text => {
    said += text
  })
  let bytes = 0
  for await (const chunk of child.stdout) {
    await target.writeFile(chunk)
    bytes += chunk.length
    wrote(bytes)
  }
  const code = await ended.promise
  if (code !== 0 || bytes === 0) {
    throw new ImportError(`${part} of ${file} cannot be read: ${said.trim() || 'it is empty'}`)
  }
}
