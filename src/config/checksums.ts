import { basename, join, resolve } from 'node:path'
import { didYouMean } from '../base/nearest.ts'
import type { MediaFolder, Profile } from '../boot/host.ts'
import type { Path, Report } from './check/mistake.ts'
import type { Layers } from './inheritance.ts'

/** A checksum and where it is written. */
export interface PlacedChecksum {
  readonly path: Path
  readonly file: string
  readonly sha256: string
}

/** What a profile boots, by the paths of the config. */
interface Booted extends Pick<Profile, 'kernel' | 'initrd' | 'image'> {
  readonly folder: MediaFolder | undefined
}

interface ChecksumContext {
  readonly assets: string
  /** Each checksum that was resolved, by its place in the config. */
  readonly checksums: Map<string, PlacedChecksum>
  readonly report: Report
}

/** The sha256 of each asset by its path; what is written for a file that is not booted is reported. */
export function resolveChecksums(
  { keys, from }: Layers,
  { folder, kernel, initrd, image }: Booted,
  { assets, checksums: placed, report }: ChecksumContext,
): Profile['checksums'] {
  const { checksums } = keys
  const booted = [kernel, ...initrd, ...(image ? [image.path] : [])]
  if (!checksums) return undefined
  const entries = Object.entries(checksums).flatMap(([name, sha256]) => {
    const found = filesNamed(name)
    if (found.length === 0) report(from.get(`checksums.${name}`) ?? [], notBooted(name), true)
    return found.map(file => {
      const path = from.get(`checksums.${name}`) ?? []
      placed.set([...path, file].join('\0'), { path, file, sha256: sha256.toLowerCase() })
      return [file, sha256.toLowerCase()] as const
    })
  })
  return Object.fromEntries(entries)

  /** Which files a folder of boot media has is known when it is there. */
  function filesNamed(name: string): string[] {
    if (folder && !name.includes('/')) return [join(folder.folder, name)]
    if (folder)
      return resolve(assets, name).startsWith(`${folder.folder}/`) ? [resolve(assets, name)] : []
    return booted.filter(path =>
      name.includes('/') ? path === resolve(assets, name) : basename(path) === name,
    )
  }

  function notBooted(name: string): string {
    const names = booted.map(path => basename(path))
    return `"${name}" is no file that is booted here${didYouMean(name, names)}`
  }
}
