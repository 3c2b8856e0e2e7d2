import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { amount } from '../../base/amount.ts'
import { imageName } from '../../boot/disk-image.ts'
import { readMedia } from '../../config/media.ts'
import { initrdsOf } from '../../system/image-parts.ts'
import { type Image, imageBytes } from '../../system/images.ts'
import { importDisc } from '../../system/import-disc.ts'
import { importDisk, isDiskImage } from '../../system/import-disk.ts'
import { ImportError, importImage } from '../../system/import-image.ts'
import { isDisc } from '../../system/open-disc.ts'
import { exit, Failure, type Io } from '../io.ts'
import { type Given, runParsed } from '../run-parsed.ts'
import { Interrupted, untilInterrupted } from './interrupted.ts'
import { namedAssets } from './named-assets.ts'
import { createBar, type ProgressBar } from './progress-bar.ts'
import { importSpec as spec } from './specs.ts'

/** `bootwright import`: works on the files themselves and needs no daemon. */
export function run(argv: readonly string[], io: Io): Promise<number> {
  return runParsed(spec, argv, io, given => take(given, io))
}

async function take({ values, words }: Given, io: Io): Promise<number> {
  const name = words.at(-1) ?? ''
  if (!imageName.test(name)) throw new Failure(`"${name}" is no name for an image`, exit.usage)
  const assets = namedAssets(values.text('config'), values.text('assets'))

  const images = join(assets, 'images')
  const unpacked: string[] = []
  // The daemon that serves it may run as another user.
  const umask = process.umask(0o022)
  try {
    const given = words.slice(0, -1).map(word => resolve(word))
    await untilInterrupted(io, async signal => {
      const bar = createBar(io)
      try {
        const { told, profile } = await bring({ given, images, name, unpacked, signal }, bar)
        bar.close()
        io.stdout.write(`${told}\n\n`)
        io.stdout.write(`To paste under \`profiles:\` of the config:\n\n${profile}`)
      } catch (error) {
        bar.close()
        throw error
      }
    })
    return exit.done
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (!(error instanceof ImportError || error instanceof Interrupted) && code === undefined)
      throw error
    io.stderr.write(`bootwright import: ${(error as Error).message}; nothing was changed\n`)
    return exit.no
  } finally {
    process.umask(umask)
    for (const folder of unpacked) rmSync(folder, { recursive: true, force: true })
  }
}

interface Bringing {
  readonly given: readonly string[]
  readonly images: string
  readonly name: string
  /** Folders to be removed at the end. */
  readonly unpacked: string[]
  readonly signal: AbortSignal
}

/** What came of it in one line, and the profile that boots or writes it. */
interface Brought {
  readonly told: string
  readonly profile: string
}

async function bring(bringing: Bringing, bar: ProgressBar): Promise<Brought> {
  const { given, images, name, unpacked, signal } = bringing
  const to = { images, name, signal }
  const alone = aloneIn(given)
  if (alone !== undefined && isDisc(alone)) {
    const order = { ...to, file: alone, folder: folderFor(images, unpacked) }
    const { image, profile } = await importDisc(order, readMedia, bar.show)
    return { told: toldOf(image, join(images, name)), profile }
  }
  if (alone !== undefined && isDiskImage(alone)) {
    const { path, unpacked: whole } = await importDisk({ ...to, file: alone }, bar.show)
    const told = `${path}: ${amount(whole.bytes)} unpacked, sha256 ${whole.sha256}`
    return { told, profile: `  ${name}:\n    image: images/${basename(path)}\n` }
  }
  const files = given.flatMap(path => filesOf(path, images, unpacked))
  const image = await importImage({ ...to, files }, readMedia, bar.show)
  return { told: toldOf(image, join(images, name)), profile: profileOf(image, name) }
}

function toldOf(image: Image, folder: string): string {
  const { kernel, init } = image
  const size = amount(imageBytes(image))
  const facts = [size, `kernel ${kernel.version ?? kernel.format}`, ...(init ? [init] : [])]
  return `${folder}: ${facts.join(', ')}`
}

/** The file, where one is given alone: a disc, which is taken apart, or an image for disks. */
function aloneIn([path = '', ...others]: readonly string[]): string | undefined {
  if (others.length > 0 || !statSync(path, { throwIfNoEntry: false })?.isFile()) return undefined
  return path
}

/** A folder beside the images that is gone at the end. */
function folderFor(images: string, unpacked: string[]): string {
  mkdirSync(images, { recursive: true })
  const folder = mkdtempSync(join(images, '.unpacked-'))
  unpacked.push(folder)
  return folder
}

/** The profile that boots an image, as far as its files tell. */
function profileOf(image: Image, name: string): string {
  const { form, kernel } = image
  const folder = `images/${name}`
  const list = initrdsOf(image)
    .map(file => `${folder}/${file}`)
    .join(', ')
  const lines =
    form === 'files'
      ? [`kernel: ${folder}/${kernel.name}`, ...(list === '' ? [] : [`initrd: [${list}]`])]
      : [`${form}: ${folder}`]
  return `  ${name}:\n${lines.map(line => `    ${line}\n`).join('')}`
}

/** The files of a folder, of a tarball, or the one that was named. */
function filesOf(path: string, images: string, unpacked: string[]): string[] {
  const status = statSync(path, { throwIfNoEntry: false })
  if (!status) throw new ImportError(`there is no ${path}`)
  if (status.isDirectory()) return filesIn(path)
  if (!/\.(tar|tgz|tar\.(gz|xz|zst|bz2))$/.test(path)) return [path]
  const folder = folderFor(images, unpacked)
  const options = ['--no-same-owner', '--no-same-permissions']
  const { status: code, stderr } = spawnSync('tar', ['-xf', path, '-C', folder, ...options])
  if (code !== 0) throw new ImportError(`tar cannot unpack ${path}: ${stderr ?? 'no tar'}`.trim())
  const [only, ...others] = readdirSync(folder, { withFileTypes: true })
  // The kexec tarball has one folder, `kexec`, with all in it.
  return filesIn(only?.isDirectory() && others.length === 0 ? join(folder, only.name) : folder)
}

function filesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter(name => !name.startsWith('.'))
    .map(name => join(folder, name))
    .filter(path => statSync(path, { throwIfNoEntry: false })?.isFile())
}
