import { spawn } from 'node:child_process'
import { closeSync, openSync, readSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { type DiscParts, discPartsOf, lastName } from './discs.ts'
import { type CopyProgress, ImportError } from './import-image.ts'

/** Where the first volume descriptor of ISO 9660 says `CD001` (ECMA-119, 8.1.2). */
const markAt = 16 * 2048 + 1
/** Bytes from which on {@link isDisc} can tell. */
export const markEnd = markAt + 5
/** A disc of a distribution has some thousand files. */
const longestList = 64 * 1024 * 1024

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
export async function readDisc(file: string, signal?: AbortSignal): Promise<DiscParts> {
  const chunks: Buffer[] = []
  let bytes = 0
  const { code, said } = await bsdtar(['-tf', file], signal, async chunk => {
    bytes += chunk.length
    if (bytes > longestList) throw new ImportError(`${file} lists more files than any disc has`)
    chunks.push(chunk)
  })
  if (code !== 0) throw new ImportError(`${file} cannot be read: ${said}`)
  const names = Buffer.concat(chunks).toString('utf8').split('\n')
  const parts = discPartsOf(names)
  if (parts) return parts
  const debian = names.some(name => /^install\.\w+\/vmlinuz$/.test(name))
  const instead = debian
    ? 'this installer wants its disc; `bootwright pull debian` has the one that netboots'
    : 'a profile with `iso:` boots it whole, if its system stands that'
  throw new ImportError(`${file} is laid out like no distribution that is known here: ${instead}`)
}

/**
 * Takes the parts of a disc into a folder; returns their paths there. No more than `most` bytes are written: a small
 * disc can unpack to any size.
 *
 * @throws ImportError where one cannot be read whole
 */
export async function takeParts(
  file: string,
  { kernel, initrd, system }: DiscParts,
  folder: string,
  { progress, most, signal }: { progress: CopyProgress; most: number; signal?: AbortSignal },
): Promise<string[]> {
  const paths: string[] = []
  let left = most
  for (const part of [kernel, initrd, ...(system === undefined ? [] : [system])]) {
    const path = join(folder, lastName(part))
    const total = await sizeOf(file, part, signal)
    const short = `${part} of ${file} needs more than the ${left} bytes that are free`
    if (total > left) throw new ImportError(short)
    left -= await takePart(file, part, path, signal, bytes => {
      if (bytes > left) throw new ImportError(short)
      progress(bytes, Math.max(bytes, total), lastName(part))
    })
    paths.push(path)
  }
  return paths
}

/** Bytes of a file on a disc; 0 where bsdtar does not tell. */
async function sizeOf(file: string, part: string, signal: AbortSignal | undefined) {
  let listed = ''
  await bsdtar(['-tvf', file, '--', part], signal, async chunk => {
    if (listed.length < 4096) listed += chunk.toString('latin1')
  })
  return Number(/^-\S+\s+\d+\s+\S+\s+\S+\s+(\d+)\s/m.exec(listed)?.[1] ?? 0)
}

async function takePart(
  file: string,
  part: string,
  to: string,
  signal: AbortSignal | undefined,
  wrote: (bytes: number) => void,
): Promise<number> {
  await using target = await open(to, 'wx', 0o644)
  let bytes = 0
  const { code, said } = await bsdtar(['-xOf', file, '--', part], signal, async chunk => {
    bytes += chunk.length
    wrote(bytes)
    await target.writeFile(chunk)
  })
  if (code !== 0 || bytes === 0) {
    throw new ImportError(`${part} of ${file} cannot be read: ${said || 'it is empty'}`)
  }
  return bytes
}

/**
 * Runs bsdtar and hands over what it writes, at the pace of `take`; what it throws ends it.
 *
 * @throws ImportError where it is missing, the signal's reason, or what `take` threw
 */
async function bsdtar(
  args: readonly string[],
  signal: AbortSignal | undefined,
  take: (chunk: Buffer) => Promise<void>,
): Promise<{ readonly code: number | null; readonly said: string }> {
  const child = spawn('bsdtar', args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<number | null | Error>(resolve => {
    child.once('error', resolve).once('close', resolve)
  })
  const end = () => child.kill('SIGKILL')
  signal?.addEventListener('abort', end)
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (said.length < 4096) said += text
  })
  try {
    for await (const chunk of child.stdout) await take(chunk)
    const code = await ended
    signal?.throwIfAborted()
    if (code instanceof Error) {
      throw new ImportError('bsdtar is missing; install the package libarchive-tools')
    }
    return { code, said: said.trim() }
  } finally {
    end()
    signal?.removeEventListener('abort', end)
  }
}
