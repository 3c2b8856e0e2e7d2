import type { TftpOptions } from '../wire/tftp-packet.ts'

/** The most that a server grants. */
export interface OptionLimits {
  /** Bytes; MTU - 32 keeps a block in one frame, and ROMs lose fragments. */
  readonly blockSize: number
  /** Blocks. */
  readonly windowSize: number
}

/** What a transfer runs under. */
export interface Terms {
  readonly blockSize: number
  readonly windowSize: number
  /** Set when the client asked for it (RFC 2349). */
  readonly timeoutSeconds?: number
  /** What the OACK says; empty means that there is none and DATA 1 comes first. */
  readonly accepted: TftpOptions
}

const plainBlockSize = 512

/**
 * Chooses among the options that a read request asked for (RFC 2347, 2348, 2349, 7440).
 *
 * Firmware aborts on an OACK with an option it did not ask for, with more than it asked for, and on
 * a timeout that is not its own. Unknown options and values out of range are left out. `size` is
 * the file's, in bytes.
 */
export function negotiate(requested: TftpOptions, size: number, limits: OptionLimits): Terms {
  const blockSize = atMost(numberOf(requested, 'blksize', 8, Infinity), limits.blockSize)
  const timeoutSeconds = numberOf(requested, 'timeout', 1, 255)
  const windowSize = atMost(numberOf(requested, 'windowsize', 1, 65_535), limits.windowSize)

  const accepted = new Map<string, string>()
  if (blockSize) accepted.set('blksize', String(blockSize))
  if (numberOf(requested, 'tsize', 0, Infinity) !== undefined) accepted.set('tsize', String(size))
  if (timeoutSeconds) accepted.set('timeout', requested.get('timeout') ?? '')
  if (windowSize) accepted.set('windowsize', String(windowSize))

  return {
    blockSize: blockSize ?? plainBlockSize,
    windowSize: windowSize ?? 1,
    ...(timeoutSeconds && { timeoutSeconds }),
    accepted,
  }
}

function numberOf(options: TftpOptions, name: string, from: number, to: number) {
  const text = options.get(name)
  if (text === undefined || !/^\d{1,15}$/.test(text)) return undefined
  const value = Number(text)
  return value >= from && value <= to ? value : undefined
}

function atMost(value: number | undefined, limit: number): number | undefined {
  return value === undefined ? undefined : Math.min(value, limit)
}
