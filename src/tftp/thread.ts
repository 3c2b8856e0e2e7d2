import { parentPort, workerData } from 'node:worker_threads'
import { unspecified } from '../wire/address.ts'
import { parseIpAddress } from '../wire/ip-address.ts'
import { createCounts } from './counts.ts'
import { createTftpDesk, receive, type ServedSocket, stopAll, wakeAll } from './desk.ts'
import { openFiles, type Peer, type Virtual } from './files.ts'
import type {
  ServerAnswer,
  Setup,
  ThreadOrder,
  ThreadQuestion,
  ThreadReport,
  Where,
} from './messages.ts'
import type { Sender } from './sender.ts'
import { bindSocket, closeSocket, openLine, type UdpSocket } from './socket.ts'
import { createAttention } from './stay-awake.ts'
import type { PeerTerms } from './terms.ts'

/**
 * One thread of the TFTP server: its own sockets on the shared port, its own downloads, its own memory
 * of files. What only the daemon knows it asks the server, and tells it what happened.
 */
const { limits, roots, allowedRoots, counts, keeps } = workerData as Setup
const lookMs = 100
/** With more, the next packet is there anyhow. */
const fewDownloads = 2

interface OpenSocket {
  readonly door: ServedSocket
  readonly socket: UdpSocket
}

const asked = new Map<number, (answer: ServerAnswer) => void>()
const open = new Map<number, OpenSocket>()
let questions = 0

const desk = createTftpDesk({
  limits,
  counts: createCounts(counts),
  files: openFiles({ roots, allowedRoots, virtual: askName }, limits.cacheBytes),
  termsFor: peer => ask({ about: 'peer', peer }) as Promise<PeerTerms | undefined>,
  openLine(address, client, heard) {
    return openLine(address, client, bytes => {
      heard(bytes)
      stayAwake()
    })
  },
  log: {
    debug: (fields, text) => tell({ kind: 'log', level: 'debug', fields, text }),
    error: (fields, text) => tell({ kind: 'log', level: 'error', fields, text }),
  },
  seen: event => tell({ kind: 'seen', event }),
  arrived: receipt => tell({ kind: 'arrived', receipt }),
  ...(keeps && { keep: packet => tell({ kind: 'kept', packet }) }),
})
const attend = createAttention({ now: () => performance.now(), next: setImmediate })
const clock = setInterval(() => wakeAll(desk), Math.min(lookMs, limits.timeoutMs / 4))

parentPort?.on('message', (order: ThreadOrder) => {
  switch (order.kind) {
    case 'open':
      void openDoor(order.door, order.where)
      break
    case 'close':
      void closeDoor(order.door)
      break
    case 'answer':
      asked.get(order.id)?.(order.answer)
      asked.delete(order.id)
      break
    case 'stop':
      void stop()
  }
})

function stayAwake(): void {
  if (desk.running.size > 0 && desk.running.size <= fewDownloads) attend()
}

function tell(report: ThreadReport): void {
  parentPort?.postMessage(report)
}

function askName(name: string, peer: Peer) {
  return ask({ about: 'name', name, peer }) as Promise<Virtual | undefined>
}

function ask(question: ThreadQuestion): Promise<Virtual | PeerTerms | undefined> {
  const id = questions++
  return new Promise((resolve, reject) => {
    asked.set(id, answer => ('error' in answer ? reject(answer.error) : resolve(answer.value)))
    tell({ kind: 'ask', id, question })
  })
}

async function openDoor(number: number, where: Where): Promise<void> {
  try {
    const socket = await bindSocket(where, !('fd' in where))
    open.set(number, { socket, door: doorOf(socket) })
    tell({ kind: 'opened', door: number, port: socket.address().port })
  } catch (error) {
    // Of an error only the message would arrive at the other side.
    const { message } = error as Error
    tell({ kind: 'not-opened', door: number, error: { ...(error as Error), message } })
  }
}

function doorOf(socket: UdpSocket): ServedSocket {
  const door: ServedSocket = {
    sessions: new Map(),
    local: localOf(socket),
    send(packet, to: Sender) {
      try {
        socket.send(packet, to.port, to.address)
        return socket.getSendQueueCount() === 0
      } catch (err) {
        desk.log.debug({ err, peer: `${to.address}:${to.port}` }, 'TFTP packet not sent')
        return false
      }
    },
  }
  socket.on('error', err => desk.log.error({ err }, 'TFTP socket'))
  socket.on('message', (bytes, from) => {
    receive(desk, door, bytes, from)
    stayAwake()
  })
  return door
}

function localOf(socket: UdpSocket): Peer {
  const { address, port } = socket.address()
  return { address: parseIpAddress(address) ?? unspecified, port }
}

async function closeDoor(number: number): Promise<void> {
  const opened = open.get(number)
  if (!opened) return
  open.delete(number)
  stopAll(opened.door)
  await closeSocket(opened.socket)
}

async function stop(): Promise<void> {
  clearInterval(clock)
  await Promise.all([...open.keys()].map(closeDoor))
  tell({ kind: 'stopped' })
  parentPort?.close()
}
