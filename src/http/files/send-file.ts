import type { ServerResponse } from 'node:http'
import type { Refused } from '../../boot/reason.ts'
import { openWanted, type Wanted } from './asset-path.ts'
import { type FileStatus, versionKey } from './conditional.ts'
import { pooledFiles } from './file-calls.ts'
import { type ByteSource, createPieces, FileChanged } from './file-pieces.ts'
import { type SliceCache, sliceBytes } from './slice-cache.ts'
import { createWriteTurns, type WriteTurns } from './write-turns.ts'

/** The bytes of an open file to send (`to` not included) and the head to send before them. */
export interface SentPart {
  readonly from: number
  readonly to: number
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

/** Called with the body bytes that left so far, at most every 500 ms and once at the end. */
export type OnProgress = (bytesSent: number, complete: boolean) => void

/** How a download ended. */
export type SendEnd = 'sent' | 'client closed' | 'file changed'

/** A file that is open for one answer. */
export interface OpenFile {
  /** Real path of the file. */
  readonly path: string
  /** As it was when it was opened. */
  readonly status: FileStatus & { readonly dev: bigint }
  /**
   * Sends part of the file over a raw response, which nobody else may write to. A file replaced
   * meanwhile goes out with its old bytes, since it stays open; one that is written to cuts the
   * connection, so that no client can take a mixture for the whole.
   *
   * Throws what reading the file throws, after the connection was cut.
   */
  send(response: ServerResponse, answer: SentPart, progress: OnProgress): Promise<SendEnd>
  close(): Promise<void> | void
}

/** A way for files to go out. All downloads of the daemon share memory and turns. */
export interface FileWay {
  /** Opens a file for the answer to this request. The caller closes it. */
  open(wanted: Wanted, response: ServerResponse): Promise<OpenFile | Refused>
  /** Ends what works for it, once nothing is to be sent any more. */
  close(): Promise<void>
}

const progressEvery = 500
/**
 * What all downloads together write in one turn of the event loop. In each turn the listener accepts one
 * connection, and whatever else has come is answered: with much more, a rack waits for seconds.
 */
const turnBytes = 1024 * 1024

interface SendTools {
  readonly cache: SliceCache
  readonly clock: () => number
  readonly turns: WriteTurns
}

/**
 * Files go out by the main thread, which never waits for a disk.
 *
 * @param clock monotonic milliseconds
 */
export function createNodeWay(
  cache: SliceCache,
  clock: () => number = () => performance.now(),
): FileWay {
  const tools = { cache, clock, turns: createWriteTurns(turnBytes, setImmediate) }
  return {
    async open(wanted) {
      const opened = await openWanted(pooledFiles, wanted)
      if ('refused' in opened) return opened
      const { file, path, status } = opened
      const keyNow = async () => versionKey(await pooledFiles.status(file))
      const version = { key: versionKey(status), size: Number(status.size) }
      const source = { file, version, keyNow }
      return {
        ...{ path, status },
        send: (response, answer, progress) => send(tools, response, source, answer, progress),
        close: () => pooledFiles.close(file),
      }
    },
    close: async () => {},
  }
}

async function send(
  { cache, clock, turns }: SendTools,
  response: ServerResponse,
  source: ByteSource,
  { from, to, status, headers }: SentPart,
  progress: OnProgress,
): Promise<SendEnd> {
  const report = throttled(progress, clock)
  const pieces = createPieces(source, to, cache)
  const write = writerOf(response)
  const pace = createPace(clock)
  let at = from
  let end: SendEnd = 'client closed'
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
    await pieces.close()
    // Before the end of the response, so that whoever sees that end finds it noted.
    progress(at - from, end === 'sent')
    if (end === 'sent') response.end()
    else response.destroy()
  }
  return end
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
