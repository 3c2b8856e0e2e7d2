import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs'
import { type FileHandle, mkdir, mkdtemp, open, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdCompress } from 'node:zlib'
import { leastImage, type Packing, packingOf } from '../boot/disk-image.ts'
import type { Unpacked } from '../boot/install.ts'
import { freeBytes } from './import-disc.ts'
import { type CopyProgress, ImportError, type ImportOrder } from './import-image.ts'
import { type KeptImage, keepDiskImage } from './keep-disk-image.ts'
import { unzstd } from './unzstd.ts'

/** An image for disks that is taken in, and where to. Paths are absolute. */
export type DiskOrder = Omit<ImportOrder, 'files' | 'source'> & { readonly file: string }

/** What came of it. */
export interface ImportedDisk extends KeptImage {
  /** `images/NAME.raw.zst` */
  readonly path: string
}

const chunkBytes = 1024 * 1024

/** Whether a file is an image for disks, by its name or, of qcow2, by its first bytes. */
export function isDiskImage(file: string): boolean {
  return isQcow2(file) || packingOf(file) !== undefined
}

/**
 * Takes an image for disks in as `images/NAME.raw` with its packing, whole or not at all, and beside it what it
 * becomes when it is unpacked: bytes and sha256. Raw ones are packed by zstd, qcow2 is converted by qemu-img.
 *
 * @throws ImportError with a sentence; then nothing was changed
 */
export async function importDisk(order: DiskOrder, progress: CopyProgress): Promise<ImportedDisk> {
  const { images, name, file } = order
  await mkdir(images, { recursive: true })
  const work = await mkdtemp(join(images, '.partial-'))
  try {
    const raw = isQcow2(file) ? await converted(file, join(work, 'raw'), order) : file
    const packing = raw === file ? (packingOf(file) ?? 'raw') : 'raw'
    const kept = packing === 'raw' ? 'zst' : packing
    const part = join(work, 'packed')
    const measured = await take(raw, packing, part, order, progress)
    if (measured.unpacked.bytes < leastImage) {
      throw new ImportError(
        `${basename(file)} is no image of a disk: it has ${measured.unpacked.bytes} bytes`,
      )
    }
    const path = join(images, `${name}.raw.${kept}`)
    await keepDiskImage(part, path, measured)
    return { path, ...measured }
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

function isQcow2(file: string): boolean {
  const head = Buffer.alloc(4)
  const fd = openSync(file, 'r')
  try {
    return readSync(fd, head, 0, 4, 0) === 4 && head.toString('latin1') === 'QFI\xfb'
  } finally {
    closeSync(fd)
  }
}

/** Copies, packs what is raw, and looks what it becomes: in one reading. */
async function take(
  from: string,
  packing: Packing,
  to: string,
  { signal }: DiskOrder,
  progress: CopyProgress,
): Promise<KeptImage> {
  await using source = await open(from, 'r')
  await using target = await open(to, 'wx', 0o644)
  const before = await source.stat()
  const name = basename(from)
  const read = meter(bytes => progress(bytes, before.size, name))
  const written = meter(() => undefined)
  const unpacked = meter(() => undefined)
  const output = async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) await target.writeFile(chunk)
  }
  const options = signal ? { signal } : {}
  if (packing === 'raw') {
    const pack = createZstdCompress()
    await pipeline(bytesOf(source), read.through, pack, written.through, output, options)
  } else {
    await pipeline(bytesOf(source), read.through, output, options)
    try {
      await pipeline(unpacking(from, packing), unpacked.through, sink, options)
    } catch (error) {
      signal?.throwIfAborted()
      throw new ImportError(`${name} cannot be unpacked: ${(error as Error).message}`)
    }
  }
  await target.sync()
  const after = await source.stat()
  if (after.size !== before.size || after.mtimeMs !== before.mtimeMs) {
    throw new ImportError(`${from} changed while it was read; import it when it is whole`)
  }
  return packing === 'raw'
    ? { packed: written.sum(), unpacked: read.sum() }
    : { packed: read.sum(), unpacked: unpacked.sum() }
}

/** Counts and sums what goes through it. */
function meter(count: (bytes: number) => void) {
  const hash = createHash('sha256')
  let bytes = 0
  const through = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk)
      bytes += chunk.length
      count(bytes)
      done(null, chunk)
    },
  })
  return { through, sum: (): Unpacked => ({ bytes, sha256: hash.digest('hex') }) }
}

async function* bytesOf(file: FileHandle): AsyncGenerator<Buffer> {
  for (let at = 0; ; ) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes, at)
    if (bytesRead === 0) return
    at += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

async function sink(chunks: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of chunks) {
    // It is measured on its way here.
  }
}

/** What a packed file becomes; it fails where the file is not whole. */
function unpacking(file: string, packing: Packing): Readable {
  if (packing === 'xz') return bytesFrom('xz', ['-d', '-c', file])
  const input = createReadStream(file, { highWaterMark: chunkBytes })
  if (packing === 'zst') return Readable.from(unzstd(input))
  const unpack = createGunzip()
  input.once('error', error => unpack.destroy(error))
  return input.pipe(unpack)
}

/** What a program writes; it fails where the program does. */
function bytesFrom(program: string, args: readonly string[]): Readable {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = endOf(child).then(({ code, said }) => {
    if (code !== 0) throw new Error(said || `${code}`)
  })
  ended.catch(() => undefined)
  return Readable.from(
    (async function* () {
      yield* child.stdout
      await ended
    })(),
  )
}

/** How a program ended, and the first words of what it complained of. Rejects where it cannot be run. */
function endOf(child: ChildProcessByStdio<null, Readable | null, Readable>) {
  let said = ''
  child.stderr.on('data', chunk => {
    said = `${said}${chunk}`.slice(0, 300)
  })
  return new Promise<{ readonly code: number | null; readonly said: string }>((done, fail) => {
    child.once('error', fail)
    child.once('close', code => done({ code, said: said.trim() }))
  })
}

/** The bytes of a qcow2 image, and of that file alone. */
async function converted(file: string, to: string, { images, signal }: DiskOrder): Promise<string> {
  const facts = spawnSync('qemu-img', ['info', '--output=json', '-f', 'qcow2', file], {
    encoding: 'utf8',
  })
  if (facts.error) {
    const how = 'sudo apt-get install -y --no-install-recommends qemu-utils'
    throw new ImportError(`qcow2 is converted by qemu-img, which is not here: ${how}`)
  }
  if (facts.status !== 0) throw new ImportError(`qemu-img cannot read it: ${facts.stderr.trim()}`)
  if (/"(?:full-)?backing-filename"|"data-file"|"encrypted": true/.test(facts.stdout)) {
    throw new ImportError(
      `${basename(file)} is not whole: it is encrypted, or has parts in other files`,
    )
  }
  const { 'actual-size': actual = 0 } = JSON.parse(facts.stdout) as { 'actual-size'?: number }
  if (freeBytes(images) < Math.max(actual, statSync(file).size)) {
    throw new ImportError(`${images} has no room for it`)
  }
  const args = ['convert', '-f', 'qcow2', '-O', 'raw', file, to]
  const child = spawn('qemu-img', args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(signal && { signal }),
  })
  const { code, said } = await endOf(child)
  if (code !== 0) throw new ImportError(`qemu-img cannot convert it: ${said}`)
  return to
}
