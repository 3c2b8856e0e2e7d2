import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { MediaFolder } from '../boot/host.ts'
import type { Media, ReadMedia } from '../boot/media.ts'
import type { Reason } from '../boot/reason.ts'
import { type LinuxImage, readLinuxImage } from '../wire/linux-image.ts'

/** A folder with a kernel and what it boots. */
export interface Image {
  readonly folder: string
  /** How it is booted: by a key of its own, or its files by `kernel` and `initrd`. */
  readonly form: MediaFolder['form'] | 'files'
  readonly kernel: ImageFile & Pick<LinuxImage, 'version' | 'format'>
  readonly files: readonly ImageFile[]
  /** Where the system starts that is in a NixOS initrd. */
  readonly init?: string
  /** What its boot media say; only of those that are whole. */
  readonly media?: Media
  readonly problem?: Reason
  /** Where it is from; of those that were pulled or built here. */
  readonly source?: ImageSource
}

/** What was pulled or built here, and what proves it. */
export interface ImageSource {
  /** Its name in the catalogue; `agent` is none of it. */
  readonly name: string
  readonly version: string
  readonly arch: string
  readonly proof: 'signature' | 'sum' | 'server' | 'built'
  /** ISO 8601. */
  readonly at: string
  /** By URL: what its server called the bytes that were fetched. */
  readonly tags?: Readonly<Record<string, string>>
  /** Packages and their versions that it was built from. */
  readonly packages?: readonly string[]
}

export interface ImageFile {
  readonly name: string
  readonly bytes: number
  /** As its SHA256SUMS says. */
  readonly sha256?: string
}

export const sumsFile = 'SHA256SUMS'
/** Beside the files of an image, and none of them. */
export const sourceFile = '.source.json'

/** What lies in a folder that can be booted; undefined where there is no kernel in it. */
export function readImage(folder: string, readMedia: ReadMedia): Image | undefined {
  const files = filesOf(folder)
  const kernels = files.flatMap(file => {
    const image = readKernel(join(folder, file.name))
    return image ? [{ ...file, ...image, bytes: file.bytes, needs: image.bytes }] : []
  })
  const form = formOf(files)
  const media = form === 'files' ? undefined : readMedia({ form, folder })
  const named = media && kernels.find(({ name }) => name === basename(media.kernel))
  const kernel = named ?? kernels[0]
  if (!kernel) return undefined
  const { needs, name, bytes, format, version } = kernel
  const cut = { code: 'kernel-cut', name, bytes, needs } as const
  const problem = media?.problem ?? (bytes < needs ? cut : undefined)
  const source = readSource(join(folder, sourceFile))
  const init = /(?:^|\s)init=(\S+)/.exec(media?.cmdline ?? '')?.[1]
  return {
    ...{ folder, form, files },
    kernel: { name, bytes, format, ...(version !== undefined && { version }) },
    ...(init !== undefined && { init }),
    ...(media && media.problem === undefined && { media }),
    ...(problem !== undefined && { problem }),
    ...(source && { source }),
  }
}

/** The images in the folders of a folder, by name; what begins with a dot is not looked at. */
export function listImages(parent: string, readMedia: ReadMedia): Image[] {
  return fileNamesIn(parent)
    .filter(name => !name.startsWith('.'))
    .flatMap(name => readImage(join(parent, name), readMedia) ?? [])
}

/** The kernel that a file is; undefined for all others. */
function readKernel(file: string): LinuxImage | undefined {
  const head = Buffer.alloc(65_536)
  try {
    const fd = openSync(file, 'r')
    try {
      return readLinuxImage(head.subarray(0, readSync(fd, head, 0, head.length, 0)))
    } finally {
      closeSync(fd)
    }
  } catch {
    return undefined
  }
}

/** Lines of `sha256sum`: name to digest, in lower case. */
export function readSums(file: string): ReadonlyMap<string, string> {
  let text = ''
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    // There need not be one.
  }
  const lines = text.matchAll(/^([0-9a-fA-F]{64}) [ *](?:\.\/)?(.+)$/gm)
  return new Map([...lines].map(([, digest = '', name = '']) => [name, digest.toLowerCase()]))
}

function readSource(file: string): ImageSource | undefined {
  try {
    const read = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    const { name, version, arch, proof, at, tags = {}, packages } = read
    const isWhole = [name, version, arch, proof, at].every(text => typeof text === 'string')
    const isTagged = typeof tags === 'object' && tags !== null
    const more = Array.isArray(packages) && { packages: packages.map(String) }
    return isWhole && isTagged
      ? ({ name, version, arch, proof, at, tags, ...more } as ImageSource)
      : undefined
  } catch {
    return undefined
  }
}

function formOf(files: readonly ImageFile[]): Image['form'] {
  if (files.some(({ name }) => /^netboot(-\w+-linux)?\.ipxe$/.test(name))) return 'nixos'
  return files.some(({ name }) => name === 'kexec-boot' || name === 'run') ? 'kexec' : 'files'
}

function filesOf(folder: string): ImageFile[] {
  const sums = readSums(join(folder, sumsFile))
  return fileNamesIn(folder).flatMap(name => {
    const status = statSync(join(folder, name), { throwIfNoEntry: false })
    if (!status?.isFile() || name === sourceFile) return []
    const sha256 = sums.get(name)
    return [{ name, bytes: status.size, ...(sha256 !== undefined && { sha256 }) }]
  })
}

/** Names in a folder, sorted; none where there is no such folder. */
export function fileNamesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}

/** Bytes of all its files. */
export function imageBytes({ files }: Image): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0)
}
