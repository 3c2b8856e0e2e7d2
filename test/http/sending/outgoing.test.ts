import { constants } from 'node:os'
import t from 'tap'
import {
  arrived,
  outgoingOf,
  type SendingCalls,
  send,
  sendingPlaces,
} from '../../../src/http/sending/outgoing.ts'
import { createKernelMemory } from '../../../src/linux/kernel-memory.ts'
import type { Libc } from '../../../src/linux/libc.ts'

const KiB = 1024
const MiB = 1024 * KiB
type ErrorName = keyof typeof constants.errno
type Outcome = number | ErrorName

/** A kernel of paper, a download on it, and what it was asked: calls, where in the file, how many bytes. */
function table(size: number, from = 0) {
  const memory = createKernelMemory(sendingPlaces.end, () => 0)
  const asked: string[] = []
  const outcomes: Outcome[] = []
  const kernel = { errno: 0, unacknowledged: 0, key: 'first' }
  const answer = (what: string, most: number) => {
    asked.push(what)
    const outcome = outcomes.shift() ?? most
    if (typeof outcome === 'number') return Math.min(outcome, most)
    kernel.errno = constants.errno[outcome]
    return -1
  }
  const libc = {
    errno: () => kernel.errno,
    sendfile(_line: number, _file: number, at: number, length: number) {
      const offset = Number(memory.bytes.readBigUInt64LE(at))
      return answer(`sendfile ${offset} ${length}`, length)
    },
    pread: (_file: number, _at: number, length: number, offset: number) =>
      answer(`pread ${offset} ${length}`, length),
    send: (_line: number, _at: number, length: number) => answer(`send ${length}`, length),
    ioctl(_line: number, _what: number, at: number) {
      memory.bytes.writeInt32LE(kernel.unacknowledged, at)
      return 0
    },
  } as unknown as Libc
  const calls: SendingCalls = { libc, memory, keyNow: () => kernel.key }
  const order = { kind: 'send', id: 1, line: 7, from, to: size } as const
  const download = outgoingOf(order, { file: 8, key: 'first' })
  const both = { turn: () => send(calls, download), arrived: () => arrived(calls, download) }
  return { ...{ kernel, asked, outcomes, download }, ...both }
}

t.test('the body is handed over, but for its tail, which is copied', async t => {
  const { turn, asked } = table(2 * MiB + 10)
  t.equal(turn(), 'more')
  t.equal(turn(), 'sent')
  const quarters = [0, 1, 2, 3].map(n => MiB + 10 + n * 256 * KiB)
  const tail = quarters.flatMap(at => [`pread ${at} ${256 * KiB}`, `send ${256 * KiB}`])
  t.strictSame(asked, [`sendfile 0 ${MiB}`, `sendfile ${MiB} 10`, ...tail])
})

t.test('a part beyond 4 GiB', async t => {
  const { turn, asked } = table(5 * 2 ** 30 + 2 * MiB, 5 * 2 ** 30)
  turn()
  t.strictSame(asked, [`sendfile ${5 * 2 ** 30} ${MiB}`])
})

t.test('what is small is copied at once, and nothing has to arrive before', async t => {
  const { turn, kernel, asked } = table(100)
  kernel.unacknowledged = 1e6
  t.equal(turn(), 'sent')
  t.strictSame(asked, ['pread 0 100', 'send 100'])
})

t.test('the last bytes wait until all before has arrived but for copies', async t => {
  const { turn, kernel, asked, download } = table(2 * MiB)
  kernel.unacknowledged = 2 * MiB
  turn()
  t.equal(turn(), 'arriving')
  t.equal(turn(), 'arriving')
  const copied = 768 * KiB
  t.equal(download.at, MiB + copied)
  kernel.unacknowledged = copied + 1
  t.equal(turn(), 'arriving')
  kernel.unacknowledged = copied
  asked.length = 0
  t.equal(turn(), 'sent')
  t.strictSame(asked, [`pread ${MiB + copied} ${256 * KiB}`, `send ${256 * KiB}`])
})

t.test('the last bytes of a file that is another by then never leave', async t => {
  const { turn, kernel, download } = table(2 * MiB)
  turn()
  kernel.key = 'second'
  t.equal(turn(), 'file changed')
  t.ok(download.at < 2 * MiB)
})

t.test('it waits for room, and goes on where it was', async t => {
  const { turn, asked, outcomes } = table(4 * MiB)
  outcomes.push(300 * KiB, 'EAGAIN')
  t.equal(turn(), 'full')
  outcomes.push('EINTR')
  turn()
  t.strictSame(asked.slice(2), [`sendfile ${300 * KiB} ${MiB}`, `sendfile ${300 * KiB} ${MiB}`])
})

t.test('what the client takes of what has left is seen while there is no room', async t => {
  const { turn, arrived, kernel, outcomes } = table(4 * MiB)
  t.equal(arrived(), 0)
  outcomes.push(MiB, 'EAGAIN')
  turn()
  t.equal(turn(), 'full')
  kernel.unacknowledged = MiB
  t.equal(arrived(), 0)
  kernel.unacknowledged = 1000
  t.equal(arrived(), MiB - 1000)
})

t.test('a copy that left in part is read again from there', async t => {
  const { turn, asked, outcomes } = table(1000)
  outcomes.push(1000, 400, 600, 'EAGAIN')
  t.equal(turn(), 'full')
  t.equal(turn(), 'sent')
  t.strictSame(asked, [
    'pread 0 1000',
    'send 1000',
    'pread 400 600',
    'send 600',
    'pread 400 600',
    'send 600',
  ])
})

t.test('a file that ends before it should', async t => {
  const long = table(4 * MiB)
  long.outcomes.push(0)
  t.equal(long.turn(), 'file changed')
  const short = table(1000)
  short.outcomes.push(0)
  t.equal(short.turn(), 'file changed')
})

t.test('a file system that hands no pages over is copied from', async t => {
  for (const error of ['EINVAL', 'ENOSYS'] as const) {
    const { turn, asked, outcomes } = table(4 * MiB)
    outcomes.push(error)
    t.equal(turn(), 'more')
    t.strictSame(asked.slice(0, 3), [
      `sendfile 0 ${MiB}`,
      `pread 0 ${256 * KiB}`,
      `send ${256 * KiB}`,
    ])
  }
})

t.test('errors of the socket mean that the client is gone, those of the file are told', async t => {
  for (const error of ['EPIPE', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH'] as const) {
    const { turn, outcomes } = table(4 * MiB)
    outcomes.push(error)
    t.equal(turn(), 'client closed')
  }
  for (const size of [4 * MiB, 1000]) {
    const { turn, outcomes } = table(size)
    outcomes.push('EIO')
    t.strictSame(turn(), { errno: constants.errno.EIO })
  }
})
