import type { Socket } from 'node:net'
import t from 'tap'
import { movedBytes, noteMoved } from '../../src/http/moved-bytes.ts'

function socketOf(timeout: number | undefined) {
  const begun: number[] = []
  const setTimeout = (ms: number) => begun.push(ms)
  const socket = { bytesRead: 10, bytesWritten: 20, timeout, setTimeout }
  return { socket: socket as unknown as Socket, begun }
}

t.test(
  'what a thread wrote counts, and begins the time anew in which a socket may be idle',
  async t => {
    const { socket, begun } = socketOf(60_000)
    t.equal(movedBytes(socket), 30)
    noteMoved(socket, 100)
    noteMoved(socket, 1)
    t.equal(movedBytes(socket), 131)
    t.strictSame(begun, [60_000, 60_000])
  },
)

t.test('a socket that may be idle for ever stays so', async t => {
  const { socket, begun } = socketOf(undefined)
  noteMoved(socket, 100)
  t.strictSame(begun, [])
})
