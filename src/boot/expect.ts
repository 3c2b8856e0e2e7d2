import type { Expect } from './host.ts'

/** Makers of disks round: as much of a size, more or less, is the same size. */
const tolerance = 0.02

/**
 * What differs between the machine that is expected and what it told about itself, as a sentence;
 * undefined where nothing does. Facts come from the wire and may be anything.
 */
export function whyUnexpected(expect: Expect | undefined, facts: unknown): string | undefined {
  if (!expect) return undefined
  const told = recordOf(facts)
  if (!told) return 'it told nothing about itself, and `expect` has to be checked'
  const { serial, disk } = expect
  if (serial !== undefined && textOf(told.serial) !== serial) {
    return `its serial number is ${textOf(told.serial) || 'unknown'}, and ${serial} is expected`
  }
  if (!disk) return undefined
  const listed: readonly unknown[] = Array.isArray(told.disks) ? told.disks : []
  const disks = listed.map(recordOf).filter(item => item !== undefined)
  if (disks.some(found => isDisk(found, disk))) return undefined
  const has = disks.map(wordsOf).join('; ') || 'no disk'
  return `no disk is ${wordsOf({ ...disk })}: it has ${has}`
}

type Facts = Readonly<Record<string, unknown>>

function isDisk(found: Facts, wanted: NonNullable<Expect['disk']>): boolean {
  const { name, model, serial, size } = wanted
  if (name !== undefined && textOf(found.name) !== name) return false
  if (serial !== undefined && textOf(found.serial) !== serial) return false
  if (model !== undefined && !plain(found.model).includes(plain(model))) return false
  return size === undefined || Math.abs(Number(found.size) - size) <= size * tolerance
}

/** `/dev/vda, SSD 980, 500.1 GB` */
function wordsOf({ name, model, serial, size }: Facts): string {
  const bytes = Number(size)
  const amount = Number.isFinite(bytes) ? `${(bytes / 1e9).toFixed(1)} GB` : ''
  const words = [
    textOf(name),
    textOf(model),
    serial === undefined ? '' : `serial ${textOf(serial)}`,
  ]
  return [...words, amount].filter(Boolean).join(', ')
}

function plain(value: unknown): string {
  return textOf(value).toLowerCase().replace(/\s+/g, ' ')
}

/** One printable line of what came from the wire. */
function textOf(value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number') return ''
  return String(value)
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
    .slice(0, 200)
}

function recordOf(value: unknown): Facts | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Facts)
    : undefined
}
