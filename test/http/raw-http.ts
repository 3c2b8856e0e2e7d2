import { readdirSync, readlinkSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import path from 'node:path'

/** Sends one request as it stands and returns every byte of the reply, as latin1 text. */
export async function ask(port: number, line: string, ...headers: string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write([line, 'Host: x', ...headers, '', ''].join('\r\n'))
  return (await readAll(socket)).toString('latin1')
}

/** Everything that comes until the other end closes, also when it breaks off. */
export function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = []
  socket.on('data', chunk => chunks.push(chunk as Buffer))
  socket.on('error', () => {})
  return new Promise(resolve => socket.on('close', () => resolve(Buffer.concat(chunks))))
}

export function bodyOf(reply: Buffer): Buffer
export function bodyOf(reply: string): string
export function bodyOf(reply: Buffer | string): Buffer | string {
  return reply.slice(reply.indexOf('\r\n\r\n') + 4)
}

/** How many descriptors of this process show a file of this name. */
export function openCount(name: string): number {
  return readdirSync('/proc/self/fd').filter(fd => {
    try {
      return path.basename(readlinkSync(`/proc/self/fd/${fd}`)) === name
    } catch {
      return false
    }
  }).length
}

/** Turns the event loop until the condition holds. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(resolve => setImmediate(resolve))
}
