import { statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { DiskImageRow } from '../../api/images.ts'
import { packingOf } from '../../boot/disk-image.ts'
import type { Reason } from '../../boot/reason.ts'
import { sentenceOf } from '../../boot/words/reason.ts'
import type { Config } from '../../config/config.ts'
import { readMeasure } from '../../install/take-image.ts'
import { fileNamesIn } from '../../system/images.ts'

/** The images for disks in `assets`, and those elsewhere that profiles name. */
export function diskImageRows({ assets, profiles }: Config): DiskImageRow[] {
  const parent = join(assets, 'images')
  const inside = fileNamesIn(parent)
    .filter(name => !name.startsWith('.') && packingOf(name) !== undefined)
    .map(name => join(parent, name))
  const named = [...profiles.values()].flatMap(({ image }) => image?.path ?? [])
  const paths = new Set([...inside, ...named.toSorted()])
  return [...paths].flatMap(path => {
    const status = statSync(path, { throwIfNoEntry: false })
    if (!status?.isFile()) return []
    const { size: bytes } = status
    const measured = readMeasure(path)
    const { unpacked, captured } = measured ?? {}
    const why = whyNotWritten(path, bytes, measured?.packed)
    return [
      {
        name: dirname(path) === parent ? basename(path) : path,
        ...{ path, bytes, unpacked: unpacked?.bytes ?? null, sha256: unpacked?.sha256 ?? null },
        captured: captured ?? null,
        problem: why ? sentenceOf(why) : null,
        profiles: [...profiles.values()]
          .filter(({ image }) => image?.path === path)
          .map(({ name }) => name),
      },
    ]
  })
}

function whyNotWritten(path: string, bytes: number, measured?: number): Reason | undefined {
  if (measured === undefined) return { code: 'image-not-measured', path }
  return measured === bytes ? undefined : { code: 'image-other-size', path, bytes, measured }
}
