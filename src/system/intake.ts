import { createHash, type Hash } from 'node:crypto'
import { existsSync, mkdirSync, truncateSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import type { CaptureRule } from '../boot/agent-rules.ts'
import { longestPiece } from '../boot/capture.ts'
import type { Unpacked } from '../boot/install.ts'
import type { Reason } from '../boot/reason.ts'
import { freeBytes } from './import-disc.ts'
import { type KeptImage, keepDiskImage } from './keep-disk-image.ts'
import { unzstd } from './unzstd.ts'

/** A stretch of a disk: where it begins, and how long it is. */
export interface DiskPiece {
  readonly at: number
  readonly bytes: number
}

/** An image that comes piece by piece, each a frame of zstd, and is there when all of it is right. */
export interface Intake {
  /** Bytes of the disk that are here and on our disk. */
  have(): number
  /** Takes what follows; a piece that is not taken leaves nothing. Rejects with {@link IntakeError}. */
  add(piece: DiskPiece, content: Readable): Promise<void>
  /** Puts it into service when it is what it should be. Rejects with {@link IntakeError}. */
  land(told: Unpacked, rule: CaptureRule, of: KeptImage['captured']): Promise<KeptImage>
  /** Removes what there is of it. */
  drop(): Promise<void>
}

/** Why something was not taken. `ends`: it is no use to try again. */
export class IntakeError extends Error {
  override readonly name = 'IntakeError'
  readonly why: Reason
  readonly ends: boolean
  constructor(why: Reason, ends = true) {
    super(why.code)
    this.why = why
    this.ends = ends
  }
}

interface TakenSoFar {
  readonly have: number
  readonly size: number
  readonly packed: Hash
  readonly unpacked: Hash
}

/** Opens one in `images/.captures/…`, on the file system on which the image will lie. Throws {@link IntakeError}. */
export function createIntake(folder: string): Intake {
  const images = dirname(dirname(folder))
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw refusalOf(error, { at: 0, bytes: 0 }, images)
  }
  const path = join(folder, 'packed')
  const sum = () => createHash('sha256')
  let taken: TakenSoFar = { have: 0, size: 0, packed: sum(), unpacked: sum() }
  return {
    have: () => taken.have,
    async add(piece, content) {
      try {
        taken = await append(path, taken, piece, content)
      } catch (error) {
        if (existsSync(path)) truncateSync(path, taken.size)
        throw refusalOf(error, piece, images)
      }
    },
    async land(told, rule, captured) {
      const { have, size, packed, unpacked } = taken
      const sha256 = unpacked.copy().digest('hex')
      if (have !== told.bytes) {
        throw new IntakeError({ code: 'image-ends-early', bytes: have, size: told.bytes })
      }
      if (sha256 !== told.sha256) {
        throw new IntakeError({ code: 'image-other-sum', sha256, told: told.sha256 })
      }
      if (!rule.overwrite && existsSync(rule.path)) {
        throw new IntakeError({ code: 'image-exists', path: rule.path })
      }
      const whole = { bytes: size, sha256: packed.copy().digest('hex') }
      const kept = { packed: whole, unpacked: told, ...(captured && { captured }) }
      try {
        await keepDiskImage(path, rule.path, kept)
      } catch (error) {
        throw refusalOf(error, { at: have, bytes: 0 }, images)
      }
      return kept
    },
    drop: () => rm(folder, { recursive: true, force: true }),
  }
}

/** Writes what comes, and looks what it becomes, as it comes. */
async function append(
  path: string,
  before: TakenSoFar,
  { at, bytes }: DiskPiece,
  content: Readable,
): Promise<TakenSoFar> {
  const packed = before.packed.copy()
  const unpacked = before.unpacked.copy()
  let [size, got] = [0, 0]
  await using file = await open(path, 'a', 0o644)
  async function* kept(): AsyncGenerator<Buffer> {
    for await (const chunk of content as AsyncIterable<Buffer>) {
      size += chunk.length
      const most = longestPiece(bytes)
      if (size > most) throw new IntakeError({ code: 'piece-too-long', at, most })
      await file.writeFile(chunk)
      packed.update(chunk)
      yield chunk
    }
  }
  for await (const chunk of unzstd(kept())) {
    got += chunk.length
    if (got > bytes) break
    unpacked.update(chunk)
  }
  if (got !== bytes)
    throw new IntakeError({ code: 'piece-other-size', at, bytes: got, told: bytes })
  await file.datasync()
  return { have: at + bytes, size: before.size + size, packed, unpacked }
}

function refusalOf(error: unknown, { at }: DiskPiece, folder: string): IntakeError {
  if (error instanceof IntakeError) return error
  const { code = '', message, syscall } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') return noRoom(folder)
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE') {
    return new IntakeError({ code: 'piece-cut', at }, false)
  }
  if (syscall !== undefined) return new IntakeError({ code: 'image-not-kept', error: message })
  return new IntakeError({ code: 'piece-not-zstd', at, error: message })
}

/** The disk of a folder is full. */
export function noRoom(folder: string, free = freeBytes(folder)): IntakeError {
  return new IntakeError({ code: 'no-room-for-image', folder, free: Math.max(0, free) })
}
