import type { Socket } from 'node:net'

const beside = Symbol('bytes that a thread wrote')
interface SharedSocket extends Socket {
  [beside]?: number
}

/** Bytes that went over a socket, in both directions, by Node and by a thread that sends files. */
export function movedBytes(socket: SharedSocket): number {
  return socket.bytesRead + socket.bytesWritten + (socket[beside] ?? 0)
}

/** A thread wrote to a socket, so that it is not idle, which Node cannot see. */
export function noteMoved(socket: SharedSocket, bytes: number): void {
  socket[beside] = (socket[beside] ?? 0) + bytes
  if (socket.timeout) socket.setTimeout(socket.timeout)
}
