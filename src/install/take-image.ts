import { existsSync, readFileSync, statSync } from 'node:fs'
import { given } from '../base/given.ts'
import { fieldsOf } from '../base/untrusted.ts'
import { leastImage, measureOf } from '../boot/disk-image.ts'
import type { Profile } from '../boot/host.ts'
import type { CapturedFrom, DiskImage, Unpacked } from '../boot/install.ts'
import type { Reason, Refused } from '../boot/reason.ts'
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

/** Why a disk cannot become the image that is meant, as far as that can be seen before. */
export function whyNotCaptured({ capture }: Pick<Profile, 'capture'>): Reason | undefined {
  if (!capture || capture.overwrite || !existsSync(capture.path)) return undefined
  return { code: 'image-exists', path: capture.path }
}

/** What is written down beside an image. */
interface ImageMeasure {
  readonly unpacked: Unpacked
  readonly packed: number
  /** Whose disk it was; of what `import` took in nothing. */
  readonly captured?: CapturedFrom
}

/** What an install has sent, if its image is in service: what stands beside it comes a moment before. */
export function landedImage(path: string, install: string | undefined): ImageMeasure | undefined {
  const measure = readMeasure(path)
  const isWhole = measure?.packed === statSync(path, { throwIfNoEntry: false })?.size
  return isWhole && measure?.captured?.install === install ? measure : undefined
}

/** What `import` or a capture wrote down of an image; undefined where that is not there, or is none. */
export function readMeasure(path: string): ImageMeasure | undefined {
  try {
    const read = fieldsOf(JSON.parse(readFileSync(measureOf(path), 'utf8')))
    const { bytes, sha256 } = read
    const { bytes: packed } = fieldsOf(read.packed)
    const isSize = Number.isSafeInteger(bytes) && Number(bytes) >= leastImage
    if (!isSize || !Number.isSafeInteger(packed) || !/^[0-9a-f]{64}$/.test(String(sha256))) {
      return undefined
    }
    const unpacked = { bytes: Number(bytes), sha256: String(sha256) }
    return { unpacked, packed: Number(packed), ...given('captured', capturedOf(read.captured)) }
  } catch {
    return undefined
  }
}

function capturedOf(value: unknown): CapturedFrom | undefined {
  const { host, install, at } = fieldsOf(value)
  const isWhole = [host, install, at].every(text => typeof text === 'string')
  return isWhole ? { host: String(host), install: String(install), at: String(at) } : undefined
}
