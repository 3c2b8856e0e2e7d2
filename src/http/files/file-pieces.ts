import type { FileHandle } from 'node:fs/promises'
import { type Slice, type SliceCache, sliceBytes, type Version } from './slice-cache.ts'

/** Where a download's bytes come from: one open file, and the memory that all downloads share. */
export interface ByteSource {
  readonly file: FileHandle
  readonly version: Version
  /** Resolves to the key of the file as it is now. */
  readonly keyNow: () => Promise<string>
}

/** The file is not the one any more that the download began with. */
export class FileChanged extends Error {
  override readonly name = 'FileChanged'
}

/** The bytes of one download, piece by piece. */
export interface Pieces {
  /**
   * The bytes from `at` on, up to `to`, as many as are good to send at once. Rejects with
   * {@link FileChanged}, or as reading does. `pace` is how fast the client takes them, in bytes a ms.
   */
  next(at: number, pace: number): Promise<Slice> | Slice
  /** To be called at the end. */
  close(): Promise<void>
}

const slowBuffer = 64 * 1024
const fastBuffer = 256 * 1024
/** Bytes a ms from which on it is worth to read ahead: 4 MB/s. */
const fastPace = 4000

/**
 * Small files are sent from memory. Of those that do not fit in there, and when all memory is in use,
 * each download reads into buffers of its own: a small one for a slow client, of which there may be a
 * thousand, and two larger ones that take turns for a fast one.
 */
export function createPieces(origin: ByteSource, to: number, cache: SliceCache): Pieces {
  const reader = createReader(origin, to)
  const fromCache = cache.keeps(origin.version.size)
  const fill = async (buffer: Uint8Array, offset: number) => {
    await readAll(origin.file, buffer, offset)
    await checkKey(origin)
  }
  const cut = ({ bytes, release }: Slice, at: number): Slice => {
    const start = at % sliceBytes
    return { bytes: bytes.subarray(start, start + to - at), release }
  }
  return {
    next(at, pace) {
      const slice = fromCache ? cache.take(origin.version, at, fill) : undefined
      if (!slice) return reader.next(at, pace)
      return slice instanceof Promise ? slice.then(come => cut(come, at)) : cut(slice, at)
    },
    close: reader.close,
  }
}

interface Ahead {
  readonly at: number
  readonly bytes: Promise<Uint8Array>
}

/** Reads into two buffers that take turns: a piece is good until the next but one is asked for. */
function createReader(
  origin: ByteSource,
  to: number,
): Pick<Pieces, 'close'> & {
  next(at: number, pace: number): Promise<Slice>
} {
  let buffers: [Buffer?, Buffer?] = []
  let turn: 0 | 1 = 0
  let ahead: Ahead | undefined

  const read = (at: number, size: number): Ahead => {
    if (buffers[0]?.length !== size) buffers = []
    turn = size === fastBuffer && turn === 0 ? 1 : 0
    const buffer = buffers[turn] ?? Buffer.allocUnsafeSlow(size)
    buffers[turn] = buffer
    const part = buffer.subarray(0, Math.min(size, to - at))
    const bytes = readAll(origin.file, part, at).then(() => part)
    // Whoever does not come for it does not hear of its failure.
    bytes.catch(() => undefined)
    return { at, bytes }
  }

  return {
    async next(at, pace) {
      const isFast = pace >= fastPace
      const now = ahead?.at === at ? ahead : read(at, isFast ? fastBuffer : slowBuffer)
      const bytes = await now.bytes
      const end = at + bytes.length
      ahead = isFast && end < to ? read(end, fastBuffer) : undefined
      // A file that was written to meanwhile must not arrive as a whole.
      if (end === to) await checkKey(origin)
      return { bytes, release: () => undefined }
    },
    async close() {
      await ahead?.bytes.catch(() => undefined)
    },
  }
}

async function readAll(file: FileHandle, buffer: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < buffer.length; ) {
    const { bytesRead } = await file.read(buffer, done, buffer.length - done, offset + done)
    if (bytesRead === 0) throw new FileChanged('the file became shorter')
    done += bytesRead
  }
}

async function checkKey({ version, keyNow }: ByteSource): Promise<void> {
  if ((await keyNow()) !== version.key) throw new FileChanged('the file was written to')
}
