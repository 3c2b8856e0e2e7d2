import t from 'tap'
import { negotiate } from '../../src/tftp/negotiate.ts'
import {
  beginTransfer,
  blockLength,
  blockOffset,
  bytesArrived,
  onAck,
  onTimeout,
  resend,
  retryAfter,
  type Transfer,
  type TransferStep,
} from '../../src/tftp/transfer.ts'

interface Play {
  readonly size: number
  readonly blockSize?: number
  readonly windowSize?: number
  /** Without options there is no OACK. */
  readonly plain?: boolean
  /** Packets that get lost on the way to the client, and to the server: 1 is the first. */
  readonly lose?: readonly number[]
  readonly loseAcks?: readonly number[]
  /** The client acknowledges twice whatever it acknowledges. */
  readonly stutters?: boolean
}

/** What came of a played download. */
interface Played {
  end: TransferStep
  bytes: number
  sends: number
  acks: number
  timeouts: number
}

/** Plays a download against a client that does as EDK2: an ACK for every block out of order. */
function play({ lose = [], loseAcks = [], stutters = false, ...play }: Play): Played {
  const { size, blockSize = 512, windowSize = 1, plain = false } = play
  const options = { blksize: String(blockSize), windowsize: String(windowSize) }
  const asks = plain ? new Map() : new Map(Object.entries(options))
  const terms = negotiate(asks, size, { blockSize: 65_464, windowSize: 65_535 })

  const result: Played = { end: { kind: 'wait' }, bytes: 0, sends: 0, acks: 0, timeouts: 0 }
  const lostBlocks = new Set(lose)
  const lostAcks = new Set(loseAcks)
  const toClient: number[] = []
  const toServer: number[] = []
  let expected = plain ? 1 : 0
  let inWindow = 0
  let transfer: Transfer | undefined

  const send = (step: TransferStep) => {
    result.end = step
    if (step.kind !== 'send') return
    transfer = step.transfer
    for (let block = step.from; block <= step.to; block++) {
      if (!lostBlocks.has(++result.sends)) toClient.push(block)
    }
  }
  const ack = (block: number) => {
    for (let n = 0; n < (stutters ? 2 : 1); n++) {
      if (!lostAcks.has(++result.acks)) toServer.push(block & 0xffff)
    }
    inWindow = 0
  }
  const arrive = (block: number, at: Transfer) => {
    if (block !== expected) return ack(expected - 1)
    expected++
    if (block > 0) result.bytes += blockLength(at, block)
    if (block === 0 || block === at.last || ++inWindow === windowSize) ack(block)
  }

  send(beginTransfer(size, terms))
  while (transfer && (result.end.kind === 'send' || result.end.kind === 'wait')) {
    for (const block of toClient.splice(0)) arrive(block, transfer)
    const number = toServer.shift()
    if (number !== undefined) {
      send(onAck(transfer, number))
    } else if (toClient.length === 0) {
      result.timeouts++
      send(onTimeout(transfer))
    }
  }
  return result
}

const blocksOf = (size: number) => Math.floor(size / 512) + 1

for (const size of [0, 1, 511, 512, 513, 1024]) {
  for (const windowSize of [1, 4]) {
    t.test(`${size} bytes, window ${windowSize}`, async t => {
      const { end, bytes, sends, timeouts } = play({ size, windowSize })
      t.strictSame({ end, bytes, timeouts }, { end: { kind: 'done' }, bytes: size, timeouts: 0 })
      t.equal(sends, 1 + blocksOf(size), 'OACK and every block once')
    })
  }
  t.test(`${size} bytes without options`, async t => {
    const { end, bytes, sends } = play({ size, plain: true })
    t.strictSame(
      { end, bytes, sends },
      { end: { kind: 'done' }, bytes: size, sends: blocksOf(size) },
    )
  })
}

for (const windowSize of [1, 4, 32]) {
  t.test(`70,000 blocks, window ${windowSize}: the block number wraps to 0`, async t => {
    const size = 70_000 * 8 - 1
    const { end, bytes, sends } = play({ size, blockSize: 8, windowSize })
    t.strictSame({ end, bytes, sends }, { end: { kind: 'done' }, bytes: size, sends: 70_001 })
  })
}

t.test('loss around the wrap', async t => {
  const size = 70_000 * 8
  const lose = [65_534, 65_536, 65_537, 65_540]
  const { end, bytes } = play({ size, blockSize: 8, windowSize: 4, lose })
  t.strictSame({ end, bytes }, { end: { kind: 'done' }, bytes: size })
})

for (const windowSize of [1, 4]) {
  t.test(`any one packet may get lost, window ${windowSize}`, async t => {
    const size = 10 * 512
    for (let n = 1; n <= 12; n++) {
      const lost = play({ size, windowSize, lose: [n] })
      t.equal(lost.end.kind, 'done', `packet ${n} to the client`)
      t.equal(lost.bytes, size)
      t.ok(lost.timeouts <= 1)
      const silent = play({ size, windowSize, loseAcks: [n] })
      t.equal(silent.end.kind, 'done', `packet ${n} to the server`)
      t.equal(silent.bytes, size)
    }
  })
}

t.test('window 4, first block lost: one repetition without waiting for the timer', async t => {
  // Packet 1 is the OACK, 2 to 5 the first window, 6 to 9 the second: the client repeats ACK 4 thrice.
  const { end, bytes, sends, timeouts } = play({ size: 40 * 512, windowSize: 4, lose: [6] })
  t.strictSame({ end, bytes, timeouts }, { end: { kind: 'done' }, bytes: 40 * 512, timeouts: 0 })
  t.equal(sends, 1 + 41 + 4, 'one window more than needed')
})

t.test('window 4, block in the middle lost: on from there, no storm', async t => {
  const { sends, bytes, timeouts } = play({ size: 40 * 512, windowSize: 4, lose: [7] })
  t.strictSame({ bytes, timeouts }, { bytes: 40 * 512, timeouts: 0 })
  t.ok(sends <= 1 + 41 + 4, `${sends} packets`)
})

t.test('duplicate ACKs, window 1: no block is sent twice (Sorcerer’s Apprentice)', async t => {
  const { sends, bytes } = play({ size: 100 * 512, stutters: true })
  t.strictSame({ sends, bytes }, { sends: 102, bytes: 100 * 512 })
})

t.test('duplicate ACKs, window 4: bounded, and not for ever', async t => {
  const { sends, bytes } = play({ size: 400 * 512, windowSize: 4, stutters: true })
  t.equal(bytes, 400 * 512)
  t.ok(sends <= 402 * 2, `${sends} packets`)
})

t.test('a window that arrives twice is echoed four times, and ends there', async t => {
  // The ACK of the first window gets lost, the timer repeats the window: 4 ACKs come of it.
  const { sends, timeouts, bytes } = play({ size: 400 * 512, windowSize: 4, loseAcks: [2] })
  t.strictSame({ sends, timeouts, bytes }, { sends: 402 + 4, timeouts: 1, bytes: 400 * 512 })
})

const started = (windowSize: number, acked: number): Transfer => {
  const asks = new Map([['windowsize', String(windowSize)]])
  let step = beginTransfer(100 * 512, negotiate(asks, 0, { blockSize: 512, windowSize: 32 }))
  for (let number = 0; number <= acked; number += windowSize) {
    if (step.kind === 'send') step = onAck(step.transfer, number)
  }
  if (step.kind !== 'send') throw new Error('over')
  return step.transfer
}

t.test('ACKs from the past and the future change nothing', async t => {
  for (const number of [0, 3, 9, 200, 65_535]) {
    t.equal(
      onAck(started(4, 4), number).kind,
      'wait',
      `ACK ${number} while 5 to 8 are on their way`,
    )
  }
})

t.test('the OACK is answered by ACK 0 and by nothing else', async t => {
  const terms = negotiate(new Map([['tsize', '0']]), 512, { blockSize: 512, windowSize: 1 })
  const step = beginTransfer(512, terms)
  t.match(step, { kind: 'send', from: 0, to: 0 })
  const answer = (number: number) => step.kind === 'send' && onAck(step.transfer, number)
  for (const number of [1, 2, 65_535]) t.match(answer(number), { kind: 'wait' })
  t.match(answer(0), { kind: 'send', from: 1, to: 1 })
})

t.test('a repeated ACK is answered once in a window, and not with window 1', async t => {
  const first = onAck(started(4, 4), 4)
  t.match(first, { kind: 'send', from: 5, to: 8 })
  t.equal(first.kind === 'send' && onAck(first.transfer, 4).kind, 'wait')
  t.equal(onAck(started(1, 4), 4).kind, 'wait')
})

/** The waits and blocks of a client that has fallen silent, and how it ends. */
function silence(transfer: Transfer) {
  const waits = []
  for (let step: TransferStep = resend(transfer); ; ) {
    if (step.kind !== 'send') return { waits, end: step }
    waits.push(retryAfter(step.transfer))
    step = onTimeout(step.transfer)
  }
}

t.test('a silent client: back-off, ten repetitions, give up', async t => {
  t.strictSame(silence(started(4, 4)), {
    waits: [1000, 2000, 4000, ...Array(8).fill(8000)],
    end: { kind: 'give-up', why: { code: 'no-ack', block: 4 } },
  })
})

t.test('a client that was never heard gets three packets: it may be a victim', async t => {
  for (const asks of [new Map(), new Map([['tsize', '0']])]) {
    const step = beginTransfer(9999, negotiate(asks, 9999, { blockSize: 512, windowSize: 1 }))
    const end = { kind: 'give-up', why: { code: 'no-answer' } }
    t.strictSame(step.kind === 'send' && silence(step.transfer), { waits: [1000, 2000, 4000], end })
  }
})

t.test('the last ACK does not come: that is an end like others', async t => {
  t.strictSame(silence(started(4, 100)), {
    waits: [1000, 2000, 4000, 8000],
    end: { kind: 'done', why: { code: 'no-last-ack' } },
  })
})

t.test('progress starts the back-off anew', async t => {
  const late = onTimeout(started(1, 3))
  const next = late.kind === 'send' ? onAck(late.transfer, 4) : late
  t.equal(next.kind === 'send' && retryAfter(next.transfer), 1000)
})

t.test('the timeout that the client asked for counts', async t => {
  const asks = new Map([['timeout', '12']])
  const step = beginTransfer(1, negotiate(asks, 1, { blockSize: 512, windowSize: 1 }))
  t.strictSame(step.kind === 'send' && silence(step.transfer).waits, [12_000, 12_000, 12_000])
})

t.test('where blocks lie', async t => {
  const transfer = started(4, 4)
  t.equal(blockOffset(transfer, 1), 0)
  t.equal(blockOffset(transfer, 101), 51_200)
  t.equal(blockLength(transfer, 100), 512)
  t.equal(blockLength(transfer, 101), 0)
  t.equal(bytesArrived(transfer), 4 * 512)
  t.equal(bytesArrived({ ...transfer, acked: -1 }), 0)
})
