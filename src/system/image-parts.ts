import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Image } from './images.ts'

/** How archives begin that a kernel unpacks, in hex: gzip, bzip2, lzma, xz, lzo, lz4, zstd and cpio. */
const archives = [
  ...['1f8b', '425a68', '5d0000', 'fd377a585a00', '894c5a4f', '02214c18', '28b52ffd'],
  ...['30373037303', '71c7', 'c771'],
]

const isCalledInitrd = /^init(rd|ramfs)/

/** Why the files of an image cannot be meant for each other, as a sentence. */
export function togetherProblem(image: Image): string | undefined {
  const { folder, form, media, kernel, files } = image
  if (form === 'nixos' && media) {
    const named = namedBy(readFileSync(media.told, 'utf8'))
    for (const file of [media.kernel, media.initrd]) {
      if (!named.has(basename(file)))
        return `${basename(media.told)} does not name ${basename(file)}`
    }
  }
  const initrds = media
    ? [basename(media.initrd)]
    : files.map(({ name }) => name).filter(name => isCalledInitrd.test(name))
  const broken = initrds.find(name => name !== kernel.name && !isArchive(join(folder, name)))
  return broken && `${broken} is no initrd: it begins like no archive that a kernel unpacks`
}

/**
 * Names of the files that a kernel would unpack: what is called so, and other archives, such as microcode. The
 * loaders that distributions put beside them are none.
 */
export function initrdsOf({ folder, kernel, files }: Image): string[] {
  return files
    .map(({ name }) => name)
    .filter(name => name !== kernel.name)
    .filter(name => isCalledInitrd.test(name) || isArchive(join(folder, name)))
}

/** Names of the files that the lines of an iPXE script fetch. */
function namedBy(script: string): ReadonlySet<string> {
  const lines = script.matchAll(/^\s*(?:kernel|initrd)\s+(\S+)/gm)
  return new Set([...lines].map(([, url = '']) => basename(url)))
}

function isArchive(file: string): boolean {
  const head = Buffer.alloc(8)
  const fd = openSync(file, 'r')
  try {
    readSync(fd, head, 0, head.length, 0)
  } finally {
    closeSync(fd)
  }
  const hex = head.toString('hex')
  return archives.some(start => hex.startsWith(start))
}
