import type { FileHandle } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'

/** An opened file, the bytes of it to send (`to` not included) and the head to send before them. */
export interface FileAnswer {
  readonly file: FileHandle
  readonly from: number
  readonly to: number
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

/** Called with the body bytes that left so far, at most every 250 ms and once at the end. */
export type Progress = (bytesSent: number, complete: boolean) => void

/** How a download ended. */
export type SendEnd = 'sent' | 'client closed' | 'file shrank'

const chunkBytes = 256 * 1024
const progressEvery = 250

/**
 * Sends part of an opened file over a raw response, which nobody else may write to. Reading goes no
 * more than one chunk ahead of the client. A file replaced meanwhile goes out with its old bytes,
 * since it stays open; one that shrinks cuts the connection, so that the client cannot take the piece
 * for the whole. The caller closes the file.
 *
 * @param clock monotonic milliseconds
 * @throws what reading the file throws, after the connection was cut
 */
export async function sendFile(
  response: ServerResponse,
  answer: FileAnswer,
  progress: Progress,
  clock: () => number = () => performance.now(),
): Promise<SendEnd> {
  const report = throttled(progress, clock)
  let sent = 0
  let end: SendEnd = 'file shrank'
  try {
    response.writeHead(answer.status, { ...answer.headers })
    const write = writerOf(response)
    for await (const chunk of readChunks(answer)) {
      if (!(await write(chunk))) {
        end = 'client closed'
        break
      }
      sent += chunk.length
      report(sent)
    }
    if (sent === answer.to - answer.from) end = 'sent'
  } finally {
    // Before the end of the response, so that whoever sees that end finds it noted.
    progress(sent, end === 'sent')
    if (end === 'sent') response.end()
    else response.destroy()
  }
  return end
}

/**
 * The bytes of a file in order, the next chunk being read while the last one is in use. Two buffers
 * take turns: a chunk is good until the next but one is asked for. Ends early where the file does.
 */
async function* readChunks({ file, from, to }: FileAnswer): AsyncGenerator<Uint8Array> {
  if (from === to) return
  const buffers = [0, 1].map(() => Buffer.allocUnsafe(Math.min(chunkBytes, to - from)))
  const read = async (turn: number, at: number) => {
    const buffer = buffers[turn % 2] as Buffer
    const length = Math.min(buffer.length, to - at)
    const { bytesRead } = await file.read(buffer, 0, length, at)
    return buffer.subarray(0, bytesRead)
  }
  let next = read(0, from)
  try {
    for (let turn = 1, at = from; at < to; turn++) {
      const chunk = await next
      if (chunk.length === 0) return
      at += chunk.length
      if (at < to) next = read(turn, at)
      yield chunk
    }
  } finally {
    await next.catch(() => undefined)
  }
}

/** Writes to a response, one chunk after the other; false when the client is gone. */
function writerOf(response: ServerResponse): (chunk: Uint8Array) => Promise<boolean> {
  let closed = response.destroyed
  let wake = (_written: boolean) => {}
  response.once('close', () => {
    closed = true
    wake(false)
  })
  return chunk =>
    new Promise(resolve => {
      if (closed) return resolve(false)
      wake = resolve
      response.write(chunk, error => resolve(!error))
    })
}

function throttled(progress: Progress, clock: () => number): (bytesSent: number) => void {
  let last = clock()
  return bytesSent => {
    if (clock() - last < progressEvery) return
    last = clock()
    progress(bytesSent, false)
  }
}
