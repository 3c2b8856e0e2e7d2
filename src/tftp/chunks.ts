import { given } from '../base/given.ts'

/** A file that is open for one transfer. */
export interface TftpFile {
  /** Bytes. */
  readonly size: number
  /** Whoever made its bytes is told this back once the client has a block of them. */
  readonly receipt?: number
  /**
   * Copies `length` bytes of the file from `offset` into `target` at `at`. False when they are not
   * in memory: then `load` them and copy again.
   */
  copy(target: Uint8Array, at: number, offset: number, length: number): boolean
  /** Brings these bytes into memory; rejects when the file cannot be read any more. */
  load(offset: number, length: number): Promise<void>
  /** To be called once, at the end of the transfer. */
  close(): void
}

/** What the bytes come from: a file that is open for reading. */
export interface ChunkSource {
  /** Exactly `length` bytes from `offset`, or a rejection. */
  read(offset: number, length: number): Promise<Uint8Array>
  close(): void
}

/** Pieces of the files that were read last. Transfers of the same file share them. */
export interface ChunkCache {
  /**
   * Opens a file for one transfer. `key` names a file with its version; a `source` of a key that is
   * already open is closed at once.
   */
  open(key: string, size: number, source: ChunkSource): TftpFile
}

interface Stored {
  readonly key: string
  readonly size: number
  readonly chunks: Map<number, Chunk>
  readonly loading: Map<number, Promise<void>>
  source: ChunkSource | undefined
  users: number
}

interface Chunk {
  readonly of: Stored
  readonly index: number
  readonly bytes: Uint8Array
  used: boolean
}

interface ChunkMemory {
  readonly stored: Map<string, Stored>
  /** Oldest first. */
  readonly chunks: Set<Chunk>
  readonly limit: number
  bytes: number
}

const chunkBytes = 65_536

/** A cache of at most `limit` bytes, and always of at least one chunk of 64 KiB. */
export function createChunkCache(limit: number): ChunkCache {
  const memory: ChunkMemory = { stored: new Map(), chunks: new Set(), limit, bytes: 0 }
  return {
    open(key, size, source) {
      const file = memory.stored.get(key) ?? emptyStored(key, size)
      memory.stored.set(key, file)
      file.users++
      if (file.source) source.close()
      else file.source = source
      return {
        size,
        copy: (target, at, offset, length) => copy(memory, file, target, at, offset, length),
        load: (offset, length) => load(memory, file, offset, length),
        close: () => release(memory, file),
      }
    },
  }
}

/** A file that consists of these bytes. */
export function fileOfBytes(bytes: Uint8Array, receipt?: number): TftpFile {
  return {
    size: bytes.length,
    ...given('receipt', receipt),
    copy(target, at, offset, length) {
      target.set(bytes.subarray(offset, offset + length), at)
      return true
    },
    load: async () => undefined,
    close: () => undefined,
  }
}

function emptyStored(key: string, size: number): Stored {
  return { key, size, chunks: new Map(), loading: new Map(), source: undefined, users: 0 }
}

function release(memory: ChunkMemory, file: Stored): void {
  file.users--
  tidy(memory, file)
}

function copy(
  memory: ChunkMemory,
  file: Stored,
  target: Uint8Array,
  at: number,
  offset: number,
  length: number,
): boolean {
  for (let done = 0; done < length; ) {
    const index = Math.floor((offset + done) / chunkBytes)
    const chunk = file.chunks.get(index)
    if (!chunk) return false
    if (!chunk.used) readAhead(memory, file, index + 1)
    chunk.used = true
    const start = offset + done - index * chunkBytes
    const piece = chunk.bytes.subarray(start, start + length - done)
    target.set(piece, at + done)
    done += piece.length
  }
  return true
}

async function load(
  memory: ChunkMemory,
  file: Stored,
  offset: number,
  length: number,
): Promise<void> {
  const to = Math.floor((offset + length - 1) / chunkBytes)
  for (let index = Math.floor(offset / chunkBytes); index <= to; index++) {
    if (!file.chunks.has(index)) await loadChunk(memory, file, index)
  }
}

/** Fetches the next chunk while this one is sent; a failure shows when the chunk is needed. */
function readAhead(memory: ChunkMemory, file: Stored, index: number): void {
  if (index * chunkBytes >= file.size || file.chunks.has(index)) return
  loadChunk(memory, file, index).catch(() => undefined)
}

/** Whoever needs a chunk that is on its way waits for the same read. */
function loadChunk(memory: ChunkMemory, file: Stored, index: number): Promise<void> {
  const running = file.loading.get(index)
  if (running) return running
  const loading = readChunk(memory, file, index).finally(() => {
    file.loading.delete(index)
    tidy(memory, file)
  })
  file.loading.set(index, loading)
  return loading
}

async function readChunk(memory: ChunkMemory, file: Stored, index: number): Promise<void> {
  if (!file.source) throw new Error('the file is closed')
  const offset = index * chunkBytes
  const bytes = await file.source.read(offset, Math.min(chunkBytes, file.size - offset))
  const chunk: Chunk = { of: file, index, bytes, used: false }
  file.chunks.set(index, chunk)
  memory.chunks.add(chunk)
  memory.bytes += bytes.length
  makeRoom(memory, chunk)
}

/** Drops the oldest chunks, but gives those that were used since the last look a second chance. */
function makeRoom(memory: ChunkMemory, newest: Chunk): void {
  for (const chunk of memory.chunks) {
    if (memory.bytes <= memory.limit) return
    if (chunk === newest) continue
    memory.chunks.delete(chunk)
    if (chunk.used) {
      chunk.used = false
      memory.chunks.add(chunk)
      continue
    }
    memory.bytes -= chunk.bytes.length
    chunk.of.chunks.delete(chunk.index)
    tidy(memory, chunk.of)
  }
}

/** A read that is under way keeps the source open: the next transfer may be waiting for it. */
function tidy(memory: ChunkMemory, file: Stored): void {
  if (file.users > 0 || file.loading.size > 0) return
  file.source?.close()
  file.source = undefined
  if (file.chunks.size === 0 && memory.stored.get(file.key) === file) memory.stored.delete(file.key)
}
