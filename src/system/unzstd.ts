import { createZstdDecompress, type ZstdDecompress } from 'node:zlib'

/** Little enough that summing a chunk holds up nobody. */
const chunkSize = 64 * 1024

/**
 * What a stream of zstd becomes: all of its frames, of which Node's own stream takes the first alone, without a word
 * of what follows (RFC 8878, section 3: frames that are concatenated are one stream). Throws where the last one is cut,
 * or what comes is no frame.
 */
export async function* unzstd(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const source = packed[Symbol.asyncIterator]()
  const next = async () => {
    const { value, done } = await source.next()
    return done ? undefined : value
  }
  for (let rest = await next(); rest !== undefined; ) {
    const frame = createZstdDecompress({ chunkSize })
    const fed = feed(frame, rest, next)
    fed.catch(error => frame.destroy(error))
    for await (const chunk of frame) yield chunk as Buffer
    rest = await fed
  }
}

/** Gives a frame its bytes; returns those that are not of it any more, undefined where there are none. */
async function feed(
  frame: ZstdDecompress,
  first: Buffer,
  next: () => Promise<Buffer | undefined>,
): Promise<Buffer | undefined> {
  for (let chunk: Buffer | undefined = first; chunk !== undefined; chunk = await next()) {
    const before = frame.bytesWritten
    await write(frame, chunk)
    const taken = frame.bytesWritten - before
    if (taken < chunk.length) return ended(frame, chunk.subarray(taken))
  }
  return ended(frame, undefined)
}

function ended(frame: ZstdDecompress, rest: Buffer | undefined): Buffer | undefined {
  frame.end()
  return rest
}

function write(frame: ZstdDecompress, chunk: Buffer): Promise<void> {
  return new Promise((done, failed) => {
    frame.once('error', failed)
    frame.write(chunk, error => {
      frame.off('error', failed)
      if (error) failed(error)
      else done()
    })
  })
}
