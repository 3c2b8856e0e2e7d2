import { createKernelMemory, type KernelMemory } from '../../linux/kernel-memory.ts'
import { type Libc, loadLibc, systemError } from '../../linux/libc.ts'
import type { DownloadSocket, ServerSocket, UdpEngine } from '../engine.ts'
import type { Sender } from '../sender.ts'
import { createInbox } from './inbox.ts'
import { type Loop, startLoop } from './loop.ts'
import { memoryPlaces, nameBytes } from './memory.ts'
import { createSendQueue, type OutSocket, type SendQueue } from './send-queue.ts'
import {
  familyIpv4,
  familyIpv6,
  type KernelSender,
  readSocketAddress,
  writeSocketAddress,
} from './socket-address.ts'

const datagram = 2 | 0o2000000 | 0o4000
const socketLevel = 1
const [sendBuffer, receiveBuffer, reusePort] = [7, 8, 15]
const ipv6Level = 41
const ipv6Only = 26
const bufferBytes = 4 * 1024 * 1024

interface LinuxCalls {
  readonly libc: Libc
  readonly memory: KernelMemory
  readonly sending: SendQueue
  readonly loop: Loop
}

/**
 * The network by system calls of our own: a loop that needs no turn of Node's for a packet, and several packets for
 * a call. Throws where they cannot be made.
 */
export function linuxEngine(): UdpEngine {
  const libc = loadLibc()
  const memory = createKernelMemory(memoryPlaces.end, libc.addressOf)
  const inbox = createInbox(libc, memory)
  const sending = createSendQueue(libc, memory)
  const loop = startLoop(libc, memory, sending.flush)
  const calls: LinuxCalls = { libc, memory, sending, loop }
  const { bell, every, next, during, close } = loop
  return {
    ...{ bell, every, next, during, close },
    async bind(where, shared, { heard, failed }) {
      const fd = 'fd' in where ? where.fd : bound(calls, where, shared)
      set(calls, fd, socketLevel, receiveBuffer, bufferBytes)
      set(calls, fd, socketLevel, sendBuffer, bufferBytes)
      const local = nameOf(calls, fd)
      const out = outSocket(calls, fd, failed)
      const readable = () =>
        inbox.takeMany(fd, (bytes, from) => {
          // All but the next acknowledgement may want Node: a name, a file.
          if (bytes[1] !== acknowledgement) loop.rest()
          heard(bytes, from)
        })
      loop.watch(fd, { readable, writable: () => sending.resume(out) })
      return serverSocket(calls, out, local)
    },
    async openLine(address, client, heard) {
      const fd = bound(calls, { address, port: 0 }, false)
      const raw = writeSocketAddress(client)
      if (libc.connect(fd, putName(calls, raw), raw.length) < 0) {
        throw closedBy(calls, fd, 'connect', client)
      }
      const out = outSocket(calls, fd, () => {})
      const readable = () => inbox.takeOne(fd, heard)
      loop.watch(fd, { readable, writable: () => sending.resume(out) })
      return downloadSocket(calls, out)
    },
  }
}

const acknowledgement = 4

function serverSocket(calls: LinuxCalls, out: OutSocket, local: Sender): ServerSocket {
  return {
    local,
    send(packet, to) {
      const raw = (to as Partial<KernelSender>).raw ?? writeSocketAddress(to)
      calls.sending.put(out, packet, raw)
      return true
    },
    close: async () => closeSocketOf(calls, out),
  }
}

function downloadSocket(calls: LinuxCalls, out: OutSocket): DownloadSocket {
  const { address, port } = nameOf(calls, out.fd)
  return {
    address,
    port,
    send(packet) {
      calls.sending.put(out, packet)
      return true
    },
    // A session ends before its ERROR leaves.
    close() {
      calls.loop.rest()
      setImmediate(closeSocketOf, calls, out)
    },
  }
}

function outSocket({ loop }: LinuxCalls, fd: number, failed: (error: unknown) => void): OutSocket {
  const wantRoom = (wanted: boolean) => loop.wantRoom(fd, wanted)
  return { fd, cuts: true, isClosed: false, waiting: [], wantRoom, failed }
}

function closeSocketOf({ libc, loop, sending }: LinuxCalls, out: OutSocket): void {
  if (out.isClosed) return
  sending.flush()
  out.isClosed = true
  loop.forget(out.fd)
  libc.close(out.fd)
}

/** A socket of an address. Throws the system's error as Node words it. */
function bound(calls: LinuxCalls, where: Sender, shared: boolean): number {
  const { libc } = calls
  const raw = writeSocketAddress(where)
  const isIpv6 = raw[0] === familyIpv6
  const fd = libc.socket(isIpv6 ? familyIpv6 : familyIpv4, datagram, 0)
  if (fd < 0) throw socketError('socket', libc.errno(), where)
  if (shared) set(calls, fd, socketLevel, reusePort, 1)
  if (isIpv6) set(calls, fd, ipv6Level, ipv6Only, 1)
  if (libc.bind(fd, putName(calls, raw), raw.length) < 0) throw closedBy(calls, fd, 'bind', where)
  return fd
}

function set(
  { libc, memory }: LinuxCalls,
  fd: number,
  level: number,
  name: number,
  value: number,
): void {
  memory.bytes.writeUInt32LE(value, memoryPlaces.scratch)
  libc.setsockopt(fd, level, name, memory.pointer(memoryPlaces.scratch, 4), 4)
}

/** Where the kernel finds the name, for the next call. */
function putName({ memory }: LinuxCalls, raw: Uint8Array): number {
  memory.bytes.set(raw, memoryPlaces.scratch)
  return memory.pointer(memoryPlaces.scratch, raw.length)
}

/** Where a socket listens. */
function nameOf({ libc, memory }: LinuxCalls, fd: number): Sender {
  const lengthAt = memoryPlaces.scratch + nameBytes
  memory.bytes.writeUInt32LE(nameBytes, lengthAt)
  const name = memory.pointer(memoryPlaces.scratch, nameBytes)
  if (libc.getsockname(fd, name, memory.pointer(lengthAt, 4)) < 0) {
    throw socketError('getsockname', libc.errno(), { address: '', port: 0 })
  }
  return readSocketAddress(memory.bytes.subarray(memoryPlaces.scratch, lengthAt))
}

function closedBy(calls: LinuxCalls, fd: number, call: string, where: Sender): Error {
  const error = socketError(call, calls.libc.errno(), where)
  calls.libc.close(fd)
  return error
}

function socketError(syscall: string, errno: number, { address, port }: Sender): Error {
  const error = systemError(syscall, errno, ` ${address}:${port}`)
  return Object.assign(error, { address, port })
}
