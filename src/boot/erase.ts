import { fieldsOf, lineOf, objectsOf, type UnknownFields } from '../base/untrusted.ts'
import type { EraseRule } from './agent-rules.ts'
import { type ReportedDisk, reportedDisk } from './disk-image.ts'
import { type ErasedDisk, eraseMethods } from './erased-disk.ts'
import { diskWords, isDisk } from './expect.ts'
import type { Profile } from './host.ts'
import type { Reason, Refused } from './reason.ts'

/** The disks that the agent of one boot is to erase, and how. */
export interface EraseOrder extends Pick<EraseRule, 'method' | 'check'> {
  readonly disks: readonly ReportedDisk[]
}

/** One erase of one host, as it is kept and can be had as a signed file. */
export interface Erasure {
  readonly install: string
  readonly host: string
  /** Epoch milliseconds, of the daemon's clock. */
  readonly startedAt: number
  readonly endedAt: number
  readonly machine: {
    readonly vendor: string | null
    readonly model: string | null
    readonly serial: string | null
    readonly uuid: string | null
  }
  readonly disks: readonly ErasedDisk[]
}

/** Why a profile cannot erase anything whatever a machine has. */
export function whyNothingToErase({ name, erase, expect }: Profile): Reason | undefined {
  if (!erase || erase.disks === 'all' || expect?.disk) return undefined
  return { code: 'erase-expects-nothing', profile: name }
}

/**
 * What a machine of these facts is to erase, or why nothing. All disks that it has are meant; where `expect.disk`
 * does not cover each of them, and the rule does not say `all`, none is touched.
 */
export function eraseOrderOf(
  { erase, expect }: Pick<Profile, 'erase' | 'expect'>,
  facts: unknown,
): EraseOrder | Refused | undefined {
  if (!erase) return undefined
  const told = objectsOf(fieldsOf(facts).disks)
  const { disks, method, check } = erase
  if (told.length === 0) {
    return { refused: { code: 'no-such-disk', expected: 'there to be erased', has: [] } }
  }
  const wanted = expect?.disk
  const beyond = disks === 'all' ? [] : told.filter(disk => !wanted || !isDisk(disk, wanted))
  if (beyond.length > 0) {
    return { refused: { code: 'disk-not-expected', disks: beyond.map(diskWords) } }
  }
  const ordered = told.map(reportedDisk)
  const bad = ordered.indexOf(undefined)
  if (bad >= 0) {
    const expected = diskWords(told[bad] ?? {}) || 'one that can be named'
    return { refused: { code: 'no-such-disk', expected, has: [] } }
  }
  return { disks: ordered.filter(disk => disk !== undefined), method, check }
}

/** An order as the agent reads it: lines of a name and values. */
export function eraseOrderText({ disks, method, check }: EraseOrder): string {
  const rows = disks.map(
    ({ name, size, serial }) => `disk ${name} ${size} ${JSON.stringify(serial)}`,
  )
  return `${['erase', `method ${method}`, `check ${check}`, ...rows].join('\n')}\n`
}

/** What the agent told of each disk of its order. What it did not tell of is not erased. */
export function readErased(told: unknown, order: EraseOrder, facts: unknown): ErasedDisk[] {
  const rows = objectsOf(told)
  const known = objectsOf(fieldsOf(facts).disks)
  return order.disks.map(({ name, serial, size }) => {
    const row = rows.find(({ disk }) => disk === name) ?? {}
    const model = lineOf(known.find(disk => disk.name === name)?.model) || null
    return { disk: name, serial, model, size, ...resultOf(row, size) }
  })
}

function resultOf(row: UnknownFields, size: number) {
  const names = lineOf(row.methods).split(' ')
  const methods = eraseMethods.filter(method => names.includes(method))
  const checked: ErasedDisk['checked'] =
    row.checked === 'whole' || row.checked === 'sampled' ? row.checked : 'none'
  const bytes = Number.isSafeInteger(row.bytes) ? Number(row.bytes) : 0
  const readBack = Math.max(0, Math.min(bytes, size))
  // Its own word is not enough: it must have looked, and where it says that it saw all, at all.
  const looked = checked === 'sampled' ? readBack > 0 : checked === 'whole' && readBack === size
  const erased = row.erased === true && methods.length > 0 && looked
  const why = erased ? null : lineOf(row.why) || 'the agent told nothing of it'
  return { erased, methods, checked, readBack, why }
}

/** Why an erase has failed; undefined where every disk is empty. */
export function whyNotErased(disks: readonly ErasedDisk[]): Reason | undefined {
  const left = disks.filter(({ erased }) => !erased)
  if (disks.length > 0 && left.length === 0) return undefined
  return { code: 'disks-not-erased', disks: left.map(({ disk, why }) => `${disk}: ${why}`) }
}

/** A record as it is shown. Times are ISO 8601, sizes bytes. */
export function shownErasure({ startedAt, endedAt, disks, ...rest }: Erasure) {
  return {
    ...rest,
    startedAt: new Date(startedAt).toISOString(),
    endedAt: new Date(endedAt).toISOString(),
    erased: whyNotErased(disks) === undefined,
    disks,
  }
}

/** A record as it is signed: the same text each time. */
export function erasureText(erasure: Erasure): string {
  const record = { format: 'bootwright erasure 1', ...shownErasure(erasure) }
  return `${JSON.stringify(record, null, 2)}\n`
}
