import { performance } from 'node:perf_hooks'
import { parentPort, workerData } from 'node:worker_threads'
import { given } from '../base/given.ts'
import { createCounts } from './counts.ts'
import { createTftpDesk, receive, type ServedSocket, stopAll, wakeAll } from './desk.ts'
import type { EngineName, ServerSocket, UdpEngine, Where } from './engine.ts'
import { type Files, openFiles, type Peer, type Virtual } from './files.ts'
import { linuxEngine } from './linux/engine.ts'
import type { ServerAnswer, Setup, ThreadOrder, ThreadQuestion, ThreadReport } from './messages.ts'
import { keyOf, peerOf, type Sender } from './sender.ts'
import { dgramEngine } from './socket.ts'
import { createAttention } from './stay-awake.ts'
import type { PeerTerms } from './terms.ts'

/**
 * One thread of the TFTP server: its own sockets on the shared port, its own downloads, its own memory
 * of files. What only the daemon knows it asks the server, and tells it what happened.
 */
const setup = workerData as Setup
const { limits, roots, allowedRoots, counts, keeps } = setup
const lookMs = 100
/** With more, the next packet is there anyhow. */
const fewDownloads = 2

interface OpenSocket {
  readonly door: ServedSocket
  readonly socket: ServerSocket
}

const asked = new Map<number, (answer: ServerAnswer) => void>()
const open = new Map<number, OpenSocket>()
let questions = 0
const engine = chooseEngine(setup.engine)

const desk = createTftpDesk({
  limits,
  counts: createCounts(counts),
  files: told(openFiles({ roots, allowedRoots, virtual: askName }, limits.cacheBytes)),
  termsFor: peer => ask({ about: 'peer', peer }) as Promise<PeerTerms | undefined>,
  openLine(address, client, heard) {
    return engine.openLine(address, client, bytes => {
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
const attend = createAttention({ now: () => performance.now(), next: engine.next })
engine.every(Math.min(lookMs, limits.timeoutMs / 4), () => wakeAll(desk))

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

/** The best way to the network that works here; its choice is told. */
function chooseEngine(wanted: EngineName | undefined): UdpEngine {
  if (wanted === 'dgram') return begin('dgram', dgramEngine())
  try {
    return begin('system calls', linuxEngine())
  } catch (error) {
    if (wanted !== undefined) throw error
    return begin('dgram', dgramEngine(), (error as Error).message.split('\n')[0])
  }
}

function begin(name: EngineName, chosen: UdpEngine, why?: string): UdpEngine {
  tell({ kind: 'began', engine: name, ...given('bell', chosen.bell), ...given('why', why) })
  return chosen
}

/** The engine has to know when Node reads a file for us. */
function told(files: Files): Files {
  return {
    async open(name, peer) {
      const file = await files.open(name, peer)
      if ('refused' in file) return file
      return { ...file, load: (offset, length) => engine.during(file.load(offset, length)) }
    },
  }
}

async function openDoor(number: number, where: Where): Promise<void> {
  // What comes before the door is there would find none.
  const here: { door?: ServedSocket } = {}
  try {
    const socket = await engine.bind(where, !('fd' in where), {
      heard(bytes, from) {
        if (here.door) receive(desk, here.door, bytes, from)
        stayAwake()
      },
      failed: err => desk.log.error({ err }, 'TFTP socket'),
    })
    here.door = doorOf(socket)
    open.set(number, { socket, door: here.door })
    tell({ kind: 'opened', door: number, port: socket.local.port })
  } catch (error) {
    // Of an error only the message would arrive at the other side.
    const { message } = error as Error
    tell({ kind: 'not-opened', door: number, error: { ...(error as Error), message } })
  }
}

function doorOf({ local, send }: ServerSocket): ServedSocket {
  return {
    sessions: new Map(),
    local: peerOf(local),
    send(packet, to: Sender) {
      try {
        return send(packet, to)
      } catch (err) {
        desk.log.debug({ err, peer: keyOf(to) }, 'TFTP packet not sent')
        return false
      }
    },
  }
}

async function closeDoor(number: number): Promise<void> {
  const opened = open.get(number)
  if (!opened) return
  open.delete(number)
  stopAll(opened.door)
  await opened.socket.close()
}

async function stop(): Promise<void> {
  await Promise.all([...open.keys()].map(closeDoor))
  engine.close()
  tell({ kind: 'stopped' })
  parentPort?.close()
}
