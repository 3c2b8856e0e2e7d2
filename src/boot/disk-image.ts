import { fieldsOf, lineOf, objectsOf, type UnknownFields } from '../base/untrusted.ts'
import { diskWords, isDisk } from './expect.ts'
import type { Expect, Vars } from './host.ts'
import type { Spec, Unpacked } from './install.ts'
import type { Refused } from './reason.ts'

/** How the bytes of an image are packed. */
export type Packing = 'raw' | 'gz' | 'xz' | 'zst'

/** A disk as its machine reported it. */
export interface ReportedDisk {
  readonly name: string
  /** Bytes. */
  readonly size: number
  readonly serial: string | null
}

/** What the agent of one boot is to write. `image` is the path part of its URL. */
export interface WriteOrder {
  readonly disk: ReportedDisk
  readonly image: string
  readonly packing: Packing
  readonly unpacked: Unpacked
  readonly seed: readonly string[]
}

/** What cloud-init must know of a machine, where the config does not say it. */
export const usualMetaData = 'instance-id: {{ install.id }}\nlocal-hostname: {{ host.name }}\n'

/** What an image can be called. */
export const imageName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/

/** Smaller ones are none: the agent holds so much of both ends back. */
export const leastImage = 3 * 1024 * 1024

/** How a file of this name is packed; undefined where it can be none that the agent writes, such as .qcow2. */
export function packingOf(path: string): Packing | undefined {
  const [, packing = 'raw'] = /\.(?:raw|img)(?:\.(gz|xz|zst))?$/.exec(path) ?? [path, '']
  return packing === '' ? undefined : (packing as Packing)
}

/** The file beside an image that says what it becomes; `import` writes it. */
export function measureOf(path: string): string {
  return `${path}.json`
}

/**
 * The disk of a machine that an image is for, by what the machine told of itself, or why there is none. The var
 * `disk` names it; `auto`, or nothing, is the one that fits `expect.disk`, else the smallest that is not
 * attached by USB. Two that fit are refused: nobody guesses what is to be erased.
 */
export function chooseDisk(
  { bytes }: Unpacked,
  { expect, vars }: { readonly expect?: Expect; readonly vars: Vars },
  facts: unknown,
): ReportedDisk | Refused {
  const all = objectsOf(fieldsOf(facts).disks)
  const { disk: named = 'auto' } = vars
  const wanted = expect?.disk
  const fits = all.filter(
    disk =>
      (named === 'auto' ? wanted || disk.bus !== 'usb' : disk.name === named) &&
      (!wanted || isDisk(disk, wanted)),
  )
  const isSought = named !== 'auto' || wanted
  const least = Math.min(...fits.map(({ size }) => Number(size)))
  const chosen = isSought ? fits : fits.filter(({ size }) => Number(size) === least)
  const [first, ...others] = chosen
  if (!first) return refusedFor(named, wanted, all)
  if (others.length > 0)
    return { refused: { code: 'several-disks-fit', disks: chosen.map(diskWords) } }
  return largeEnough(first, bytes)
}

function refusedFor(
  named: unknown,
  wanted: Expect['disk'],
  all: readonly UnknownFields[],
): Refused {
  const expected = { ...wanted, ...(named !== 'auto' && { name: named }) }
  const has = all.map(diskWords)
  const anyDisk = 'large enough and not attached by USB'
  return { refused: { code: 'no-such-disk', expected: diskWords(expected) || anyDisk, has } }
}

function largeEnough(told: UnknownFields, bytes: number): ReportedDisk | Refused {
  const disk = reportedDisk(told)
  if (!disk) return { refused: { code: 'no-such-disk', expected: lineOf(told.name), has: [] } }
  const { size } = disk
  if (size >= bytes) return disk
  return { refused: { code: 'disk-too-small', disk: diskWords(told), size, bytes } }
}

/** A disk of the facts; undefined for what could be taken for something else on the way back. */
export function reportedDisk({ name, size, serial }: UnknownFields): ReportedDisk | undefined {
  const path = lineOf(name)
  if (!/^\/dev\/[a-z0-9]+$/.test(path) || !Number.isSafeInteger(size)) return undefined
  return { name: path, size: Number(size), serial: serial === null ? null : lineOf(serial) }
}

/** What a machine of these facts is to write, or why nothing. */
export function writeOrderOf(spec: Spec, facts: unknown): WriteOrder | Refused | undefined {
  const { image, profile } = spec
  const packing = image && packingOf(image.url)
  if (!image || !packing) return undefined
  const disk = chooseDisk(image.unpacked, profile, facts)
  if ('refused' in disk) return disk
  const { url, unpacked } = image
  return { disk, image: url, packing, unpacked, seed: seedOf(spec) }
}

function seedOf({ profile, templates }: Spec): string[] {
  const { seed = [] } = profile.image ?? {}
  if (seed.length === 0) return []
  // Every seed has it, by whomever.
  return [...new Set([...seed, 'meta-data'])].filter(name => Object.hasOwn(templates, name))
}

/** An order as the agent reads it: lines of a name and a value. */
export function writeOrderText({ disk, image, packing, unpacked, seed }: WriteOrder): string {
  const lines = [
    'write',
    `disk ${disk.name}`,
    `serial ${JSON.stringify(disk.serial)}`,
    `size ${disk.size}`,
    `image ${image}`,
    `packing ${packing}`,
    `bytes ${unpacked.bytes}`,
    `sha256 ${unpacked.sha256}`,
    ...(seed.length > 0 ? [`seed ${seed.join(' ')}`] : []),
  ]
  return `${lines.join('\n')}\n`
}
