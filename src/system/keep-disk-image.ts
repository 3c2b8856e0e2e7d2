import { open, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { measureOf } from '../boot/disk-image.ts'
import type { CapturedFrom, Unpacked } from '../boot/install.ts'

/** An image for disks as it is kept, and what it becomes. */
export interface KeptImage {
  readonly packed: Unpacked
  readonly unpacked: Unpacked
  /** Whose disk it was. */
  readonly captured?: CapturedFrom
}

/** Puts a file that is whole and on disk into service as an image for disks, with what it becomes beside it. */
export async function keepDiskImage(
  file: string,
  path: string,
  { packed, unpacked, ...more }: KeptImage,
): Promise<void> {
  const text = `${JSON.stringify({ ...unpacked, packed, ...more }, null, 2)}\n`
  await writeFile(`${file}.json`, text, { flush: true })
  // Between the two the sizes differ, and nothing is installed.
  await rename(`${file}.json`, measureOf(path))
  await rename(file, path)
  await using folder = await open(dirname(path), 'r')
  await folder.sync()
}
