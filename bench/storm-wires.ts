import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { request } from 'node:http'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { type DhcpPacket, decodeDhcp, encodeDhcp } from '../src/wire/dhcp-packet.ts'
import { decodeTftp, encodeTftp, type TftpPacket } from '../src/wire/tftp-packet.ts'

/** What clients had to send again because no answer came in the time that real ones wait. */
export interface Again {
  dhcp: number
  tftp: number
}

const mostTries = 5

/** All machines' DHCP clients: one socket, broadcasts, replies told apart by xid. */
export async function openDhcp(again: Again) {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 22 })
  socket.bind(68)
  await once(socket, 'listening')
  socket.setBroadcast(true)
  const waiting = new Map<number, (reply: DhcpPacket) => void>()
  socket.on('message', bytes => waiting.get(bytes.readUInt32BE(4))?.(decodeDhcp(bytes)))
  return {
    /** Resolves to the reply; `patience` is how long the client waits until it asks again. */
    async ask(packet: DhcpPacket, patience: number): Promise<DhcpPacket> {
      const { promise, resolve, reject } = Promise.withResolvers<DhcpPacket>()
      waiting.set(packet.xid, resolve)
      const bytes = encodeDhcp(packet, { max: 1472 })
      let tries = 0
      const send = () => {
        if (tries > 0) again.dhcp++
        if (tries++ === mostTries) reject(new Error('no DHCP reply'))
        else socket.send(bytes, 67, '255.255.255.255')
      }
      const timer = setInterval(send, patience)
      send()
      return promise.finally(() => {
        clearInterval(timer)
        waiting.delete(packet.xid)
      })
    },
    close: () => socket.close(),
  }
}

/** A file over TFTP in blocks of 1432 bytes, as iPXE's ROM asks for it; sent again after a second. */
export async function tftpGet(server: string, from: string, file: string, again: Again) {
  const socket = createSocket('udp4')
  socket.bind({ address: from })
  await once(socket, 'listening')
  const options = new Map([
    ['blksize', '1432'],
    ['tsize', '0'],
  ])
  let last: TftpPacket = { kind: 'rrq', file, mode: 'octet', options }
  let tries = 0
  // From the first answer on that of the transfer (RFC 1350, section 4).
  let port = 69
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const blocks: Uint8Array[] = []
  const say = (packet: TftpPacket) => {
    last = packet
    socket.send(encodeTftp(packet), port, server)
    timer.refresh()
  }
  const timer = setInterval(() => {
    again.tftp++
    if (tries++ === mostTries) reject(new Error(`no end of ${file} by TFTP`))
    else say(last)
  }, 1000)
  socket.on('message', (bytes, from) => {
    port = from.port
    const packet = decodeTftp(bytes)
    if (packet.kind === 'error') reject(new Error(`TFTP: ${packet.text}`))
    if (packet.kind === 'oack') say({ kind: 'ack', block: 0 })
    if (packet.kind !== 'data') return
    if (packet.block === ((blocks.length + 1) & 0xffff)) blocks.push(packet.payload)
    say({ kind: 'ack', block: packet.block })
    if (packet.payload.length < 1432) resolve(Buffer.concat(blocks))
  })
  say(last)
  return promise.finally(() => {
    clearInterval(timer)
    socket.close()
  })
}

/** One small request from a machine's address. */
export function ask(url: string, from: string, body?: object): Promise<[number, string]> {
  const method = body ? 'POST' : 'GET'
  const headers = body ? { 'Content-Type': 'application/json' } : {}
  const { promise, resolve, reject } = Promise.withResolvers<[number, string]>()
  const options = { method, headers, localAddress: from, agent: false, timeout: 30_000 }
  const asked = request(url, options, answer => {
    let text = ''
    answer.setEncoding('utf8').on('data', piece => {
      text += piece
    })
    answer.on('end', () => resolve([answer.statusCode ?? 0, text]))
    answer.on('error', reject)
  })
  asked.on('timeout', () => asked.destroy(new Error(`no answer to ${method} ${url}`)))
  asked.on('error', reject)
  asked.end(body && JSON.stringify(body))
  return promise
}

/** Downloads by `http-fetch.c`. */
export function openFetcher(program: string, server: string, copies: readonly string[]) {
  const child: ChildProcess = spawn(program, [server, '8080', ...copies], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const waiting = new Map<number, (how: string) => void>()
  let numbers = 0
  if (!child.stdout) throw new Error('no output')
  createInterface({ input: child.stdout }).on('line', line => {
    const [number = '', ...how] = line.split(' ')
    waiting.get(Number(number))?.(how.join(' '))
    waiting.delete(Number(number))
  })
  return {
    /** Throws when what came is not the copy, byte for byte. */
    async fetch(url: string, from: string, copy: number): Promise<void> {
      const number = numbers++
      const how = await new Promise<string>(resolve => {
        waiting.set(number, resolve)
        child.stdin?.write(`${number} ${from} ${new URL(url).pathname} ${copy}\n`)
      })
      if (how !== 'ok') throw new Error(`${url}: ${how}`)
    },
    close: () => child.stdin?.end(),
  }
}

/** Gives machines the addresses that they have leased. */
export function openAddresses(device: string) {
  const child = spawn('ip', ['-batch', '-'], { stdio: ['pipe', 'inherit', 'inherit'] })
  return {
    /** Resolves when the address can be used. */
    async add(address: string): Promise<void> {
      child.stdin.write(`address add ${address}/32 dev ${device}\n`)
      for (let tries = 0; tries < 400; tries++) {
        if (await canBind(address)) return
        await sleep(25)
      }
      throw new Error(`${address} could not be added`)
    },
    close: () => child.stdin.end(),
  }
}

function canBind(address: string): Promise<boolean> {
  const socket = createSocket('udp4')
  return new Promise(resolve => {
    socket.once('error', () => {
      socket.close()
      resolve(false)
    })
    socket.bind({ address }, () => socket.close(() => resolve(true)))
  })
}
