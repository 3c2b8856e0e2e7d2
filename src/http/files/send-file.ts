import type { ServerResponse } from 'node:http'
import { type ByteSource, createPieces, FileChanged } from './file-pieces.ts'
import { type SliceCache, sliceBytes } from './slice-cache.ts'
import { createWriteTurns } from './write-turns.ts'

/** The bytes of an opened file to send (`to` not included) and the head to send before them. */
export interface SendableFile extends ByteSource {
  readonly from: number
  readonly to: number
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

/** Called with the body bytes that left so far, at most every 500 ms and once at the end. */
export type OnProgress = (bytesSent: number, complete: boolean) => void

/** How a download ended. */
export type SendEnd = 'sent' | 'client closed' | 'file changed'

/** All downloads of the daemon: they share memory and turns. */
export interface FileSender {
  /** Downloads that run now. */
  running(): number
  /**
   * Sends part of an opened file over a raw response, which nobody else may write to. A file replaced
   * meanwhile goes out with its old bytes, since it stays open; one that is written to cuts the
   * connection, so that no client can take a mixture for the whole. The caller closes the file.
   *
   * Throws what reading the file throws, after the connection was cut.
   */
  send(response: ServerResponse, answer: SendableFile, progress: OnProgress): Promise<SendEnd>
}

const progressEvery = 500
/**
 * What all downloads together write in one turn of the event loop. In each turn the listener accepts one
 * connection, and whatever else has come is answered: with much more, a rack waits for seconds.
 */
const turnBytes = 1024 * 1024

/** @param clock monotonic milliseconds */
export function createSender(
  cache: SliceCache,
  clock: () => number = () => performance.now(),
): FileSender {
  let running = 0
  const turns = createWriteTurns(turnBytes, setImmediate)

  return {
    running: () => running,
    async send(response, answer, progress) {
      const { from, to, status, headers } = answer
      const report = throttled(progress, clock)
      const pieces = createPieces(answer, to, cache)
      const write = writerOf(response)
      const pace = createPace(clock)
      let at = from
      let end: SendEnd = 'client closed'
      running++
      try {
        response.writeHead(status, { ...headers })
        if (from === to) end = 'sent'
        while (at < to) {
          const piece = await pieces.next(at, pace.now())
          await turns.take(piece.bytes.length)
          const written = await write(piece.bytes)
          piece.release()
          if (!written) break
          at += piece.bytes.length
          if (at === to) end = 'sent'
          else report(at - from)
          pace.sent(piece.bytes.length)
        }
      } catch (error) {
        if (!(error instanceof FileChanged)) throw error
        end = 'file changed'
      } finally {
        running--
        await pieces.close()
        // Before the end of the response, so that whoever sees that end finds it noted.
        progress(at - from, end === 'sent')
        if (end === 'sent') response.end()
        else response.destroy()
      }
      return end
    },
  }
}

/** How fast a client takes its bytes, over the last MiB of them: what the kernel buffers is fast always. */
function createPace(clock: () => number) {
  let pace = 0
  let bytes = 0
  let since = clock()
  return {
    /** Bytes a ms. */
    now: () => pace,
    sent(length: number): void {
      bytes += length
      if (bytes < sliceBytes) return
      pace = bytes / Math.max(0.01, clock() - since)
      bytes = 0
      since = clock()
    },
  }
}

/** Writes to a response, one piece after the other; false when the client is gone. */
function writerOf(response: ServerResponse): (piece: Uint8Array) => Promise<boolean> {
  let closed = response.destroyed
  let wake = (_written: boolean) => {}
  response.once('close', () => {
    closed = true
    wake(false)
  })
  return piece =>
    new Promise(resolve => {
      if (closed) return resolve(false)
      wake = resolve
      response.write(piece, error => resolve(!error))
    })
}

function throttled(progress: OnProgress, clock: () => number): (bytesSent: number) => void {
  let last = clock()
  return bytesSent => {
    if (clock() - last < progressEvery) return
    last = clock()
    progress(bytesSent, false)
  }
}
