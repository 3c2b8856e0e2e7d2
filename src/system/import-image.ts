import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { mkdir, open, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { ReadMedia } from '../boot/media.ts'
import { sentenceOf } from '../boot/words/reason.ts'
import { togetherProblem } from './image-parts.ts'
import {
  type Image,
  type ImageSource,
  readImage,
  readSums,
  sourceFile,
  sumsFile,
} from './images.ts'

/** What is copied, and where to. Paths are absolute. */
export interface ImportOrder {
  readonly files: readonly string[]
  /** The `images` folder of the assets. */
  readonly images: string
  readonly name: string
  readonly source?: ImageSource
  /** Ends it; what is there stays. */
  readonly signal?: AbortSignal
}

/** Called now and then: bytes of all files that are copied, and the file that is being copied. */
export type CopyProgress = (copied: number, total: number, name: string) => void

/** What an operator can put right: one sentence. */
export class ImportError extends Error {
  override readonly name = 'ImportError'
}

/** Builds of images by name; `images/NAME` is a symlink to one. */
const store = '.imported'
const chunkBytes = 1024 * 1024

/**
 * Copies an image so that `images/NAME` is at any moment the whole old one or the whole new one, also
 * after a crash: the files go into a folder of their own, and one rename of a symlink puts them into
 * service. The build before stays for machines that boot it just now; older ones go.
 *
 * @throws ImportError when the files do not belong together or `images/NAME` is not ours
 */
export async function importImage(
  order: ImportOrder,
  readMedia: ReadMedia,
  progress: CopyProgress,
): Promise<Image> {
  const { images, name, files, signal } = order
  const link = join(images, name)
  const before = await linkedBuild(link)
  const builds = join(images, store, name)
  const staging = join(builds, `.partial-${process.pid}`)
  await rm(staging, { recursive: true, force: true })
  await mkdir(staging, { recursive: true })
  try {
    const sums = await copyAll(files, staging, (...how) => {
      signal?.throwIfAborted()
      progress(...how)
    })
    const image = readImage(staging, readMedia)
    const problem = checked(image, files, sums)
    if (problem !== undefined || !image)
      throw new ImportError(problem ?? 'there is no kernel in it')
    if (order.source) {
      const text = JSON.stringify(order.source)
      await writeFile(join(staging, sourceFile), text, { flush: true })
    }
    signal?.throwIfAborted()
    const build = await keep(staging, builds, sums)
    await point(link, join(store, name, build))
    // What cannot be removed now is removed by the next import.
    await removeOthers(builds, [build, before]).catch(() => undefined)
    return readImage(link, readMedia) ?? image
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

/** The build that `images/NAME` leads to now. */
async function linkedBuild(link: string): Promise<string | undefined> {
  try {
    const target = await readlink(link)
    if (target.startsWith(`${store}/`)) return basename(target)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
  }
  throw new ImportError(`${link} is there and was not imported; move it away or take another name`)
}

/** Copies and returns the sha256 of each file's bytes as they were written, by name. */
async function copyAll(files: readonly string[], to: string, progress: CopyProgress) {
  const total = files.reduce((sum, file) => sum + statSync(file).size, 0)
  const sums = new Map<string, string>()
  let copied = 0
  for (const file of files) {
    const name = basename(file)
    if (sums.has(name)) throw new ImportError(`two files are called ${name}`)
    const digest = await copyOne(file, join(to, name), bytes => {
      copied += bytes
      progress(copied, total, name)
    })
    sums.set(name, digest)
  }
  return sums
}

async function copyOne(from: string, to: string, wrote: (bytes: number) => void): Promise<string> {
  await using source = await open(from, 'r')
  await using target = await open(to, 'wx', 0o644)
  const before = await source.stat()
  const hash = createHash('sha256')
  const buffer = Buffer.allocUnsafe(chunkBytes)
  for (;;) {
    const { bytesRead } = await source.read(buffer, 0, buffer.length)
    if (bytesRead === 0) break
    const bytes = buffer.subarray(0, bytesRead)
    hash.update(bytes)
    await target.writeFile(bytes)
    wrote(bytesRead)
  }
  await target.sync()
  const after = await source.stat()
  if (after.size !== before.size || after.mtimeMs !== before.mtimeMs) {
    throw new ImportError(`${from} changed while it was copied; import it when it is whole`)
  }
  return hash.digest('hex')
}

/** Why these files are no image, as a sentence. */
function checked(
  image: Image | undefined,
  files: readonly string[],
  sums: ReadonlyMap<string, string>,
): string | undefined {
  const told = files.filter(file => basename(file) === sumsFile).map(readSums)
  for (const [name, digest] of told.flatMap(sums => [...sums])) {
    const copied = sums.get(name)
    if (copied !== undefined && copied !== digest) return `${name} is not what ${sumsFile} says`
  }
  if (!image) return 'no file of it is a Linux kernel'
  return image.problem ? sentenceOf(image.problem) : togetherProblem(image)
}

/** Gives the staged files their sums and the name of what is in them. */
async function keep(staging: string, builds: string, sums: ReadonlyMap<string, string>) {
  const own = [...sums].filter(([name]) => name !== sumsFile)
  const text = own.map(([name, digest]) => `${digest}  ${name}\n`).join('')
  await writeFile(join(staging, sumsFile), text, { flush: true })
  // Also the same files get a folder of their own: those that are there may be in use, or harmed.
  const build = `${createHash('sha256').update(text).digest('hex').slice(0, 12)}-${process.pid}-${Date.now().toString(36)}`
  await syncFolder(staging)
  await rename(staging, join(builds, build))
  await syncFolder(builds)
  return build
}

async function point(link: string, target: string): Promise<void> {
  const next = `${link}.next`
  await rm(next, { force: true })
  await symlink(target, next)
  await rename(next, link)
  await syncFolder(dirname(link))
}

async function removeOthers(builds: string, kept: readonly (string | undefined)[]): Promise<void> {
  for (const name of await readdir(builds)) {
    if (!kept.includes(name)) await rm(join(builds, name), { recursive: true, force: true })
  }
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r')
  await handle.sync()
}
