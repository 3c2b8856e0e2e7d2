import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { request } from 'node:http'
import type { Test } from 'tap'
import { type DhcpPacket, decodeDhcp, encodeDhcp } from '../../src/wire/dhcp-packet.ts'
import { decodeTftp, encodeTftp, type TftpPacket } from '../../src/wire/tftp-packet.ts'
import { after } from '../patience.ts'
import type { Ports } from './ports.ts'

const again = 400
/** Seconds. */
const patience = 10
const loopback = '127.0.0.1'

/** The DHCP clients of a test: one socket on the client port, replies told apart by xid. */
export interface DhcpWire {
  /** Sends, and again when nothing comes, until the reply is there. */
  ask(packet: DhcpPacket, port?: 'dhcp' | 'proxy'): Promise<DhcpPacket>
  /** Resolves when the system has taken it. */
  send(packet: DhcpPacket, port?: 'dhcp' | 'proxy'): Promise<void>
  /** Gives up on every reply that is still waited for. */
  forget(): void
}

interface Waiting {
  resolve(reply: DhcpPacket): void
  reject(error: Error): void
}

/** Where a DHCP server hears. */
export type DhcpEar = Pick<Ports, 'dhcp' | 'proxy'> & { readonly server: string }

/** Opens the client port on every address, because replies come by broadcast. */
export function openDhcpWire(t: Test, ports: Ports, server = loopback): Promise<DhcpWire> {
  return openDhcpWires(t, [{ ...ports, server }])
}

/** The same where every one of several servers hears what is sent, and the first reply counts. */
export async function openDhcpWires(
  t: Pick<Test, 'teardown'>,
  ears: readonly DhcpEar[],
): Promise<DhcpWire> {
  const sockets = await Promise.all(ears.map(openClientPort))
  const waiting = new Map<number, Waiting>()
  const forget = () => {
    for (const { reject } of waiting.values()) reject(new Error('no DHCP reply'))
  }
  t.teardown(async () => {
    forget()
    await Promise.all(sockets.map(socket => new Promise<void>(resolve => socket.close(resolve))))
  })
  for (const socket of sockets) {
    socket.on('message', bytes => {
      // Most of what a flood gets back is for nobody here: not worth decoding.
      waiting.get(bytes.readUInt32BE(4))?.resolve(decodeDhcp(bytes))
    })
  }

  const send = async (packet: DhcpPacket, port: 'dhcp' | 'proxy' = 'dhcp') => {
    const bytes = encodeDhcp(packet, { max: 1472 })
    const sent = ears.map(async (ear, n) => {
      const socket = sockets[n]
      if (socket) await sendTo(socket, bytes, ear[port], ear.server)
    })
    await Promise.all(sent)
  }
  return {
    send,
    forget,
    async ask(packet, port) {
      const { promise, resolve, reject } = Promise.withResolvers<DhcpPacket>()
      waiting.set(packet.xid, { resolve, reject })
      const timer = setInterval(() => void send(packet, port), again)
      const stop = after(patience, () => reject(new Error('no DHCP reply')))
      try {
        await send(packet, port)
        return await promise
      } finally {
        clearInterval(timer)
        stop()
        waiting.delete(packet.xid)
      }
    },
  }
}

async function openClientPort({ dhcp }: DhcpEar): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true, recvBufferSize: 1 << 22 })
  socket.bind(dhcp + 1)
  await once(socket, 'listening')
  return socket
}

/** What a TFTP server said instead of sending the file. */
export class TftpError extends Error {
  override readonly name = 'TftpError'
}

/** Downloads a file by blocks of 1024 bytes, from this address of ours. Throws TftpError. */
export async function tftpGet(
  port: number,
  file: string,
  from = loopback,
  server = loopback,
): Promise<Buffer> {
  const socket = createSocket('udp4')
  socket.bind({ address: from })
  await once(socket, 'listening')
  const options = new Map([
    ['blksize', '1024'],
    ['tsize', '0'],
  ])
  let last: TftpPacket = { kind: 'rrq', file, mode: 'octet', options }
  /** The port that the download comes from: its own (RFC 1350 section 4). */
  let to = port
  const say = (packet: TftpPacket) => {
    last = packet
    return sendTo(socket, encodeTftp(packet), to, server)
  }
  const timer = setInterval(() => void say(last), again)
  let stop = () => {}
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      const blocks: Uint8Array[] = []
      stop = after(patience, () => reject(new Error(`no end of ${file} by TFTP`)))
      socket.on('message', (bytes, sender) => {
        const packet = decodeTftp(bytes)
        to = sender.port
        if (packet.kind === 'error') reject(new TftpError(packet.text))
        if (packet.kind === 'oack') void say({ kind: 'ack', block: 0 })
        if (packet.kind !== 'data') return
        const acked = say({ kind: 'ack', block: packet.block })
        if (packet.block !== ((blocks.length + 1) & 0xffff)) return
        blocks.push(packet.payload)
        if (packet.payload.length === 1024) return
        // The server knows of the end by the last ACK, so the socket must not close before that has left.
        acked.then(() => resolve(Buffer.concat(blocks)), reject)
      })
      say(last).catch(reject)
    })
  } finally {
    clearInterval(timer)
    stop()
    socket.close()
  }
}

export interface HttpAsk {
  readonly headers?: Readonly<Record<string, string>>
  readonly method?: string
  /** Our address, so that the daemon sees another machine. */
  readonly from?: string
  /** The daemon's address. */
  readonly to?: string
  readonly body?: string | Buffer
  readonly type?: string
}

export interface HttpAnswer {
  readonly status: number
  readonly text: string
}

/** One request on a connection of its own; the path goes out exactly as it is written here. */
export function http(port: number, path: string, ask: HttpAsk = {}): Promise<HttpAnswer> {
  const { method = 'GET', from = loopback, to: host = loopback } = ask
  const { body, type = 'application/json' } = ask
  const headers = { ...ask.headers, ...(body === undefined ? {} : { 'content-type': type }) }
  const options = { host, port, path, method, localAddress: from, headers }
  return new Promise((resolve, reject) => {
    const asked = request({ ...options, agent: false }, answer => {
      const pieces: Buffer[] = []
      answer.on('data', piece => pieces.push(piece))
      answer.on('error', reject)
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(pieces).toString() }),
      )
    })
    const late = () => asked.destroy(new Error(`no answer to ${method} ${path}`))
    asked.on('close', after(patience, late))
    asked.on('error', reject)
    asked.end(body)
  })
}

function sendTo(socket: Socket, bytes: Uint8Array, port: number, server: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(bytes, port, server, error => (error ? reject(error) : resolve()))
  })
}
