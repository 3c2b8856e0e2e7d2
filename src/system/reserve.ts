import { closeSync, existsSync, openSync, rmSync, writeSync } from 'node:fs'

const reserved = 16 << 20
const low = 32 << 20
const plenty = 96 << 20

/**
 * Space kept back for the day the disk is full: a file of 16 MiB that is given up when less than
 * 32 MiB are free, so that leases and states can still be written, and made again later.
 */
export function createReserve(file: string) {
  let full = false
  return {
    /** Looks at the free bytes of the disk; true while it counts as full. */
    watch(free: number): boolean {
      if (free < low) full = true
      else if (free > plenty) full = false
      if (full) rmSync(file, { force: true })
      else if (free > plenty && !existsSync(file)) fill(file)
      return full
    },
  }
}

/** Written, not just sized: a sparse file keeps nothing back. */
function fill(file: string): void {
  const handle = openSync(file, 'w', 0o600)
  try {
    const block = Buffer.alloc(1 << 20)
    for (let written = 0; written < reserved; written += block.length) writeSync(handle, block)
  } catch {
    rmSync(file, { force: true })
  } finally {
    closeSync(handle)
  }
}
