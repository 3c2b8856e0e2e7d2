import { readFileSync } from 'node:fs'
import { fieldsOf } from '../base/untrusted.ts'
import { leastImage, measureOf } from '../boot/disk-image.ts'
import type { Profile } from '../boot/host.ts'
import type { DiskImage, Unpacked } from '../boot/install.ts'
import type { Refused } from '../boot/reason.ts'
import type { InstallDeps } from './deps.ts'
import { expecting } from './take-files.ts'

/** The image that a profile writes onto a disk, as it is now; undefined where it writes none. */
export function takeImage(
  { image, checksums = {} }: Profile,
  { publish }: Pick<InstallDeps, 'publish'>,
): DiskImage | Refused | undefined {
  if (!image) return undefined
  const { path } = image
  const asset = publish(path)
  if (!asset) return { refused: { code: 'no-asset', what: 'image', path } }
  const measured = readMeasure(path)
  if (!measured) return { refused: { code: 'image-not-measured', path } }
  if (measured.packed !== asset.size) {
    const told = { path, bytes: asset.size, measured: measured.packed }
    return { refused: { code: 'image-other-size', ...told } }
  }
  return { ...expecting(asset, checksums[path]), unpacked: measured.unpacked }
}

/** What `import` wrote down of an image; undefined where that is not there, or is none. */
function readMeasure(path: string): { unpacked: Unpacked; packed: number } | undefined {
  try {
    const read = fieldsOf(JSON.parse(readFileSync(measureOf(path), 'utf8')))
    const { bytes, sha256 } = read
    const { bytes: packed } = fieldsOf(read.packed)
    const isSize = Number.isSafeInteger(bytes) && Number(bytes) >= leastImage
    if (!isSize || !Number.isSafeInteger(packed) || !/^[0-9a-f]{64}$/.test(String(sha256))) {
      return undefined
    }
    const unpacked = { bytes: Number(bytes), sha256: String(sha256) }
    return { unpacked, packed: Number(packed) }
  } catch {
    return undefined
  }
}
