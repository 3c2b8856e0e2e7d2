/** Bytes that many may send at the same time; nobody changes them before all have released them. */
export interface Slice {
  readonly bytes: Uint8Array
  /** To be called once, when the bytes have left. */
  release(): void
}

/** Fills a buffer with the bytes of a file from an offset on, or rejects. */
export type Fill = (buffer: Uint8Array, offset: number) => Promise<void>

/** One version of a file. */
export interface Version {
  /** Names the file with its version. */
  readonly key: string
  /** Bytes. */
  readonly size: number
}

/** Slices of files in memory, each read once for all who want it at the same time. */
export interface SliceCache {
  /** Whether a file of so many bytes fits in. */
  keeps(size: number): boolean
  /**
   * The slice that has the byte at an offset; undefined when there is no room because all slices are in
   * use. Rejects as `fill` does.
   */
  take(version: Version, offset: number, fill: Fill): Promise<Slice> | Slice | undefined
}

interface CachedSlice {
  readonly name: string
  readonly buffer: Buffer
  users: number
  /** Taken again since the last look of {@link makeRoom}. */
  used: boolean
  loading: Promise<void> | undefined
}

interface SliceMemory {
  readonly limit: number
  /** The next to go first. */
  readonly entries: Map<string, CachedSlice>
  bytes: number
}

export const sliceBytes = 1024 * 1024

/** A cache of at most `limit` bytes. What is dropped makes place at once, not when memory is collected. */
export function createSliceCache(limit: number): SliceCache {
  const memory: SliceMemory = { limit, entries: new Map(), bytes: 0 }
  return {
    keeps: size => size <= limit,
    take(version, offset, fill) {
      const index = Math.floor(offset / sliceBytes)
      const name = `${version.key}/${index}`
      const found = memory.entries.get(name)
      if (found) found.used = true
      const entry = found ?? load(memory, name, index, version.size, fill)
      if (!entry) return undefined
      entry.users++
      const slice = sliceOf(entry)
      if (!entry.loading) return slice
      return entry.loading.then(
        () => slice,
        error => {
          slice.release()
          throw error
        },
      )
    },
  }
}

function sliceOf(entry: CachedSlice): Slice {
  return {
    bytes: entry.buffer,
    release() {
      entry.users--
    },
  }
}

function load(
  memory: SliceMemory,
  name: string,
  index: number,
  size: number,
  fill: Fill,
): CachedSlice | undefined {
  const start = index * sliceBytes
  const buffer = makeRoom(memory, Math.min(sliceBytes, size - start))
  if (!buffer) return undefined
  const entry: CachedSlice = { name, buffer, users: 0, used: false, loading: undefined }
  memory.entries.set(name, entry)
  entry.loading = fill(buffer, start).then(
    () => {
      entry.loading = undefined
    },
    error => {
      drop(memory, entry)
      throw error
    },
  )
  return entry
}

/**
 * A buffer of so many bytes: a new one while there is room, else that of a slice that nobody sends. Those
 * that were taken since the last look get a second chance.
 */
function makeRoom(memory: SliceMemory, length: number): Buffer | undefined {
  for (let look = 0; look < 2; look++) {
    for (const entry of memory.entries.values()) {
      if (memory.bytes + length <= memory.limit) break
      if (entry.users > 0) continue
      if (entry.used) {
        entry.used = false
        memory.entries.delete(entry.name)
        memory.entries.set(entry.name, entry)
        continue
      }
      drop(memory, entry)
      if (entry.buffer.length === length) return count(memory, entry.buffer)
    }
  }
  if (memory.bytes + length > memory.limit) return undefined
  return count(memory, Buffer.allocUnsafeSlow(length))
}

function count(memory: SliceMemory, buffer: Buffer): Buffer {
  memory.bytes += buffer.length
  return buffer
}

function drop(memory: SliceMemory, entry: CachedSlice): void {
  memory.entries.delete(entry.name)
  memory.bytes -= entry.buffer.length
}
