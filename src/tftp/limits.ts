import type { OptionLimits } from './negotiate.ts'

export interface TftpLimits extends OptionLimits {
  /** Downloads at the same time, in all and for one client address. */
  readonly transfers: number
  readonly perAddress: number
  /** Wait before the first retransmission; a client may ask for another. */
  readonly timeoutMs: number
  /** A download without progress for so long is dropped. */
  readonly idleMs: number
  /** Bytes of files kept in memory. */
  readonly cacheBytes: number
}

export const defaultLimits: TftpLimits = {
  blockSize: 1468,
  windowSize: 32,
  transfers: 4096,
  perAddress: 256,
  timeoutMs: 1000,
  idleMs: 120_000,
  cacheBytes: 64 * 1024 * 1024,
}
