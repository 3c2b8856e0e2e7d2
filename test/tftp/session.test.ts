import t from 'tap'
import { written } from '../../src/boot/reason.ts'
import { fileOfBytes, type TftpFile } from '../../src/tftp/chunks.ts'
import {
  hearAck,
  hearAgain,
  hearError,
  startSession,
  wakeSession,
} from '../../src/tftp/download.ts'
import type { TftpEvent } from '../../src/tftp/event.ts'
import { negotiate } from '../../src/tftp/negotiate.ts'
import { createSession, endSession, refuseSession } from '../../src/tftp/session.ts'
import type { Ipv4 } from '../../src/wire/address.ts'
import { decodeTftp, type TftpRequest } from '../../src/wire/tftp-packet.ts'

const limits = { blockSize: 1468, windowSize: 32 }

/** A session with a clock and a wire of paper. */
function table(options: Record<string, string> = {}, name = 'ipxe.efi') {
  const sent: string[] = []
  const events: TftpEvent[] = []
  const packets: Uint8Array[] = []
  const receipts: number[] = []
  const paper = {
    sent,
    packets,
    events,
    receipts,
    now: 0,
    heardAfter: [] as number[],
    ended: 0,
    leaves: true,
  }
  const request: TftpRequest = {
    kind: 'rrq',
    file: name,
    mode: 'octet',
    options: new Map(Object.entries(options)),
  }
  const peer = { address: 1 as Ipv4, port: 2 }
  const session = createSession(request, peer, {
    send(packet) {
      sent.push(said(packet))
      packets.push(packet)
      return paper.leaves
    },
    now: () => paper.now,
    seen: event => events.push(event),
    heard: () => paper.heardAfter.push(sent.length),
    arrived: receipt => receipts.push(receipt),
    ended: () => paper.ended++,
  })
  const serve = (file: TftpFile) => {
    startSession(session, file, negotiate(request.options, file.size, limits), 1000)
  }
  return Object.assign(paper, { session, serve })
}

function said(bytes: Uint8Array): string {
  const packet = decodeTftp(bytes)
  switch (packet.kind) {
    case 'data':
      return `DATA ${packet.block}: ${packet.payload.length}`
    case 'oack':
      return `OACK ${[...packet.options].flat().join(' ')}`
    case 'error':
      return `ERROR ${packet.code} ${packet.text}`
    default:
      return packet.kind
  }
}

/** A file whose reads end when the test says so. */
function slowFile(size: number) {
  const reads: { offset: number; done: () => void; fail: (error: Error) => void }[] = []
  let ready = 0
  const state = { reads, closed: 0 }
  const file: TftpFile = {
    size,
    copy: (_target, _at, offset, length) => offset + length <= ready,
    load: (offset, length) =>
      new Promise((resolve, reject) => {
        const done = () => {
          ready = Math.max(ready, offset + length)
          resolve()
        }
        reads.push({ offset, done, fail: reject })
      }),
    close: () => void state.closed++,
  }
  return Object.assign(state, { file })
}

const turn = () => new Promise(setImmediate)

t.test('a download', async t => {
  const { session, serve, sent, events, ...paper } = table({ tsize: '0', blksize: '512' })
  serve(fileOfBytes(new Uint8Array(700)))
  for (const number of [0, 1, 2]) hearAck(session, number)
  t.strictSame(sent, ['OACK blksize 512 tsize 700', 'DATA 1: 512', 'DATA 2: 188'])
  t.match(events, [
    { kind: 'start', name: 'ipxe.efi', size: 700 },
    { kind: 'done', size: 700, bytes: 700, ms: 0 },
  ])
  t.equal(events[0]?.bytes, undefined)
  t.equal(paper.now, 0)
})

t.test('a receipt goes back with the first block that was acknowledged, once', async t => {
  const asked = table({ tsize: '0', blksize: '512' })
  asked.serve(fileOfBytes(new Uint8Array(1100), 7))
  hearAck(asked.session, 0)
  t.strictSame(asked.receipts, [], 'whoever takes the terms may be anybody')
  for (const number of [1, 2, 3]) hearAck(asked.session, number)
  t.strictSame(asked.receipts, [7])

  const short = table()
  short.serve(fileOfBytes(new Uint8Array(10), 8))
  short.now = 60_000
  t.strictSame(short.receipts, [])
  hearAck(short.session, 1)
  t.strictSame(short.receipts, [8], 'a single block is the end')

  const silent = table()
  silent.serve(fileOfBytes(new Uint8Array(10), 9))
  for (let round = 1; round < 9; round++) {
    silent.now = round * 9000
    wakeSession(silent.session, 1_000_000)
  }
  t.match(silent.events.at(-1), { kind: 'failed', why: { code: 'no-answer' } })
  t.strictSame(silent.receipts, [])

  const jumped = table({ blksize: '512', tsize: '0' })
  jumped.serve(fileOfBytes(new Uint8Array(10), 10))
  hearAck(jumped.session, 0)
  for (let round = 1; round < 9; round++) {
    jumped.now = round * 9000
    wakeSession(jumped.session, 1_000_000)
  }
  t.match(jumped.events.at(-1), { kind: 'done' }, 'it jumped into what it had loaded')
  t.strictSame(jumped.receipts, [10])
})

t.test('its client is heard before more is sent to it, and once', async t => {
  const asked = table({ tsize: '0', blksize: '512' })
  asked.serve(fileOfBytes(new Uint8Array(1100)))
  for (const number of [0, 1, 2]) hearAck(asked.session, number)
  t.strictSame(asked.heardAfter, [1], 'after the OACK, before DATA 1')

  const refused = table()
  refused.serve(fileOfBytes(new Uint8Array(1100)))
  refused.session.around.heard = () =>
    refuseSession(refused.session, 0, { code: 'too-many-transfers' })
  hearAck(refused.session, 1)
  t.strictSame(refused.sent, ['DATA 1: 512', 'ERROR 0 too many transfers, try again later'])
})

t.test('a block that waits in the socket is not written over, one that has left is', async t => {
  for (const leaves of [true, false]) {
    const one = table({ blksize: '512', windowsize: '4' })
    one.leaves = leaves
    one.serve(fileOfBytes(new Uint8Array(4 * 512)))
    hearAck(one.session, 0)
    const blocks = one.packets.slice(1)
    t.equal(blocks.length, 4)
    t.equal(new Set(blocks).size, leaves ? 1 : 4)
    if (!leaves) t.strictSame(blocks.map(said).join(), one.sent.slice(1).join())
  }
})

t.test('EDK2 asks for the size, aborts with ERROR 8, and asks again', async t => {
  const first = table({ tsize: '0', blksize: '1468', windowsize: '4' })
  first.serve(fileOfBytes(new Uint8Array(5000)))
  hearError(first.session, 8, 'User aborted the transfer')
  t.strictSame(first.sent, ['OACK blksize 1468 tsize 5000 windowsize 4'])
  t.strictSame(first.events, [], 'nobody hears of it')
  t.equal(first.ended, 1)

  const second = table({ blksize: '1468', windowsize: '4' })
  second.serve(fileOfBytes(new Uint8Array(5000)))
  for (const number of [0, 4]) hearAck(second.session, number)
  t.strictSame(second.sent, [
    'OACK blksize 1468 windowsize 4',
    'DATA 1: 1468',
    'DATA 2: 1468',
    'DATA 3: 1468',
    'DATA 4: 596',
  ])
  t.match(second.events, [{ kind: 'start' }, { kind: 'done', bytes: 5000 }])
})

t.test('Intel’s ROM aborts with ERROR 0', async t => {
  const { session, serve, events } = table({ tsize: '0' })
  serve(fileOfBytes(new Uint8Array(10)))
  hearError(session, 0, 'TFTP Aborted')
  t.strictSame(events, [])
})

t.test('a client that stops in the middle says why', async t => {
  const { session, serve, events, ended } = table()
  serve(fileOfBytes(new Uint8Array(1000)))
  hearAck(session, 1)
  hearError(session, 3, 'disk full\x1b[2J')
  hearAck(session, 2)
  t.match(events[1], { kind: 'failed', bytes: 512, reason: 'the client stopped: disk full?[2J' })
  t.equal(events.length, 2)
  t.equal(ended, 0, 'a copy from before')
})

t.test('control characters of a name stay out of the timeline', async t => {
  const { session, events } = table({}, 'a\nb\0c\x9b')
  refuseSession(session, 1, written('file not found'), 'refused')
  t.match(events, [{ kind: 'refused', name: 'a?b?c?', reason: 'file not found' }])
})

t.test('a request that comes again gets the first packet again, and nothing else', async t => {
  const { session, serve, sent } = table({ tsize: '0' })
  hearAgain(session)
  t.strictSame(sent, [], 'the file is still being opened')
  serve(fileOfBytes(new Uint8Array(10)))
  hearAgain(session)
  t.strictSame(sent, ['OACK tsize 10', 'OACK tsize 10'])
})

t.test('a slow disk: blocks in memory leave at once, the others when they are read', async t => {
  const paper = table({ windowsize: '4' })
  const disk = slowFile(2000)
  paper.serve(disk.file)
  hearAck(paper.session, 0)
  t.strictSame(paper.sent.splice(0), ['OACK windowsize 4'])
  disk.reads[0]?.done()
  await turn()
  t.strictSame(paper.sent.splice(0), ['DATA 1: 512'])
  t.strictSame(
    disk.reads.map(read => read.offset),
    [0, 512],
  )

  paper.now = 60_000
  wakeSession(paper.session, 120_000)
  t.strictSame(paper.sent, [], 'the client is not to blame for our disk')
  disk.reads[1]?.done()
  await turn()
  t.strictSame(paper.sent, ['DATA 2: 512'])
})

t.test('an ACK that comes during a read is followed', async t => {
  const paper = table({ windowsize: '4' })
  const disk = slowFile(9000)
  paper.serve(disk.file)
  hearAck(paper.session, 0)
  disk.reads[0]?.done()
  await turn()
  hearAck(paper.session, 1)
  t.equal(disk.reads.length, 2, 'one read at a time')
  disk.reads[1]?.done()
  await turn()
  t.strictSame(paper.sent, ['OACK windowsize 4', 'DATA 1: 512', 'DATA 2: 512'])
  t.equal(paper.session.to, 5)
})

t.test('a read that fails ends in an ERROR', async t => {
  const paper = table()
  const disk = slowFile(2000)
  paper.serve(disk.file)
  disk.reads[0]?.fail(new Error('the file changed'))
  await turn()
  t.strictSame(paper.sent, ['ERROR 0 the file changed'])
  t.match(paper.events, [{ kind: 'start' }, { kind: 'failed', reason: 'the file changed' }])
  t.equal(disk.closed, 1)
})

t.test('a read that ends after the session changes nothing', async t => {
  const paper = table()
  const disk = slowFile(2000)
  paper.serve(disk.file)
  endSession(paper.session)
  disk.reads[0]?.done()
  await turn()
  t.strictSame(paper.sent, [])
  t.strictSame([disk.closed, paper.ended], [1, 1])
})

t.test('silence: repeated by the clock, then given up', async t => {
  const paper = table()
  paper.serve(fileOfBytes(new Uint8Array(5000)))
  hearAck(paper.session, 1)
  const at: number[] = []
  for (; !paper.session.over; paper.now += 100) {
    const before = paper.sent.length
    wakeSession(paper.session, 120_000)
    if (paper.sent.length > before) at.push(paper.now)
  }
  t.strictSame(at, [1000, 3000, 7000, 15_000, 23_000, 31_000, 39_000, 47_000, 55_000, 63_000])
  t.match(paper.events[1], { kind: 'failed', reason: 'no ACK after block 1', ms: 71_000 })
})

t.test('repeated ACKs keep no session alive', async t => {
  const paper = table({ timeout: '255' })
  paper.serve(fileOfBytes(new Uint8Array(5000)))
  hearAck(paper.session, 0)
  for (; !paper.session.over && paper.now < 500_000; paper.now += 1000) {
    hearAck(paper.session, 0)
    wakeSession(paper.session, 120_000)
  }
  t.match(paper.events[1], { kind: 'failed', reason: 'no progress' })
  t.ok(paper.now < 123_000)
})
