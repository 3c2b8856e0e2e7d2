import type { CaptureRule } from './agent-rules.ts'
import { chooseDisk, leastImage, type ReportedDisk } from './disk-image.ts'
import type { Expect, Vars } from './host.ts'
import type { Refused } from './reason.ts'

/** The disk that the agent of one boot is to read, and how it sends it. */
export interface CaptureOrder {
  readonly disk: ReportedDisk
  readonly rule: CaptureRule
}

/**
 * Bytes of the disk that go into one piece: little enough for the memory of any machine, and for the time that a
 * body may take. Each piece is a frame of zstd, and frames that follow each other are one file of zstd (RFC 8878).
 */
export const diskPieceBytes = 32 * 1024 * 1024

/** As long as zstd makes a piece at most (ZSTD_compressBound), and what its frame needs. */
export function longestPiece(bytes: number): number {
  return bytes + Math.ceil(bytes / 256) + 64 * 1024
}

/** The file below `images` that a capture of this name becomes. */
export function capturedFile(name: string): string {
  return `${name}.raw.zst`
}

/** Which disk of a machine of these facts is to be read, or why none; it is chosen as for writing an image. */
export function captureOrderOf(
  profile: { readonly capture?: CaptureRule; readonly expect?: Expect; readonly vars: Vars },
  facts: unknown,
): CaptureOrder | Refused | undefined {
  const { capture: rule } = profile
  if (!rule) return undefined
  const disk = chooseDisk({ bytes: leastImage, sha256: '' }, profile, facts)
  return 'refused' in disk ? disk : { disk, rule }
}

/** An order as the agent reads it: lines of a name and a value. */
export function captureOrderText({ disk, rule }: CaptureOrder): string {
  const lines = [
    'capture',
    `disk ${disk.name}`,
    `serial ${JSON.stringify(disk.serial)}`,
    `size ${disk.size}`,
    `piece ${diskPieceBytes}`,
    `image ${rule.image}`,
  ]
  return `${lines.join('\n')}\n`
}
