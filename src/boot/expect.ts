import { fieldsOf, lineOf, objectsOf, type UnknownFields } from '../base/untrusted.ts'
import type { Expect } from './host.ts'
import type { Reason } from './reason.ts'

/** Makers of disks round: as much of a size, more or less, is the same size. */
const tolerance = 0.02

/**
 * What differs between the machine that is expected and what it told about itself;
 * undefined where nothing does. Facts come from the wire and may be anything.
 */
export function whyUnexpected(expect: Expect | undefined, facts: unknown): Reason | undefined {
  if (!expect) return undefined
  if (facts === undefined) return { code: 'no-facts' }
  const told = fieldsOf(facts)
  const { serial, disk } = expect
  if (serial !== undefined && lineOf(told.serial) !== serial) {
    return { code: 'other-serial', serial: lineOf(told.serial), expected: serial }
  }
  if (!disk) return undefined
  const disks = objectsOf(told.disks)
  if (disks.some(found => isDisk(found, disk))) return undefined
  return { code: 'no-such-disk', expected: diskWords({ ...disk }), has: disks.map(diskWords) }
}

/** Whether a disk that a machine told of is all of this. */
export function isDisk(found: UnknownFields, wanted: NonNullable<Expect['disk']>): boolean {
  const { name, model, serial, size } = wanted
  if (name !== undefined && lineOf(found.name) !== name) return false
  if (serial !== undefined && lineOf(found.serial) !== serial) return false
  if (model !== undefined && !plain(found.model).includes(plain(model))) return false
  return size === undefined || Math.abs(Number(found.size) - size) <= size * tolerance
}

/** `/dev/vda, SSD 980, 500.1 GB` */
export function diskWords({ name, model, serial, size }: UnknownFields): string {
  const bytes = Number(size)
  const amount = Number.isFinite(bytes) ? `${(bytes / 1e9).toFixed(1)} GB` : ''
  const words = [
    lineOf(name),
    lineOf(model),
    serial === undefined ? '' : `serial ${lineOf(serial)}`,
  ]
  return [...words, amount].filter(Boolean).join(', ')
}

function plain(value: unknown): string {
  return lineOf(value).toLowerCase().replace(/\s+/g, ' ')
}
