import type { ServerResponse } from 'node:http'
import { systemError } from '../../linux/libc.ts'
import type { FileWay, OnProgress, SendEnd, SentPart } from '../files/send-file.ts'
import { noteMoved } from '../moved-bytes.ts'
import type { SendingThreads, ThreadFile } from './threads.ts'

/**
 * Files go out by threads where they can; over TLS, and before they have begun, as `byNode` does it. The promises
 * are the same.
 */
export function createThreadWay(byNode: FileWay, threads: SendingThreads): FileWay {
  return {
    async open(wanted, response) {
      if (descriptorOf(response) === undefined || !threads.areReady()) {
        return byNode.open(wanted, response)
      }
      const file = await threads.open(wanted)
      if ('refused' in file) return file
      return {
        ...{ path: file.path, status: file.status, close: file.cut },
        send: (response, answer, progress) => send(file, response, answer, progress),
      }
    },
    async close() {
      await Promise.all([threads.close(), byNode.close()])
    },
  }
}

async function send(
  file: ThreadFile,
  response: ServerResponse,
  { status, headers, from, to }: SentPart,
  progress: OnProgress,
): Promise<SendEnd> {
  response.writeHead(status, { ...headers })
  if (from === to) {
    progress(0, true)
    response.end()
    return 'sent'
  }
  // Of answers that stand in line, the head leaves when it is their turn.
  const hasLeft = await headLeft(response)
  const socket = descriptorOf(response)
  if (!hasLeft || socket === undefined) {
    progress(0, false)
    response.destroy()
    return 'client closed'
  }
  response.once('close', file.cut)
  const told = teller(response, progress)
  let end: Awaited<ReturnType<ThreadFile['send']>>['end'] = 'client closed'
  try {
    const ended = await file.send(socket, { from, to }, told.onTheWay)
    end = ended.end
    told.atTheEnd(ended.bytes, end === 'sent')
  } finally {
    response.off('close', file.cut)
    if (end === 'sent') response.end()
    else response.destroy()
  }
  if (typeof end === 'object') throw systemError('sendfile', end.errno)
  return end
}

/** Whether the head has left; false where the client is gone. */
function headLeft(response: ServerResponse): Promise<boolean> {
  return new Promise(resolve => {
    if (response.destroyed) return resolve(false)
    const gone = () => resolve(false)
    response.once('close', gone)
    response.write('', 'latin1', error => {
      response.off('close', gone)
      resolve(!error)
    })
  })
}

/** The descriptor of a plain TCP socket; of a TLS one the bytes are not ours to write. */
function descriptorOf({ req: { socket } }: ServerResponse): number | undefined {
  const { _handle: handle, encrypted } = socket as unknown as NodeSocket
  const fd = handle?.fd ?? -1
  return encrypted || fd < 0 ? undefined : fd
}

/** What Node's sockets have beyond their types. */
interface NodeSocket {
  readonly _handle?: { readonly fd?: number } | null
  readonly encrypted?: boolean
}

/** Tells whoever asked, and those who look whether the socket is idle. */
function teller({ req: { socket } }: ServerResponse, progress: OnProgress) {
  let before = 0
  const note = (bytes: number) => {
    // Where no more may leave yet, what left before still moves, to the client.
    noteMoved(socket, Math.max(1, bytes - before))
    before = bytes
  }
  return {
    onTheWay(bytes: number) {
      note(bytes)
      progress(bytes, false)
    },
    atTheEnd(bytes: number, complete: boolean) {
      note(bytes)
      progress(bytes, complete)
    },
  }
}
