import t from 'tap'
import { createSendQueue, type OutSocket } from '../../../src/tftp/linux/send-queue.ts'
import { writeSocketAddress } from '../../../src/tftp/linux/socket-address.ts'
import { paperKernel } from './paper-kernel.ts'

function table(fd = 7) {
  const kernel = paperKernel()
  const sending = createSendQueue(kernel.libc, kernel.memory)
  const complaints: unknown[] = []
  const wanted: boolean[] = []
  const socket = (fd: number): OutSocket => ({
    ...{ fd, cuts: true, isClosed: false, waiting: [] },
    wantRoom: is => void wanted.push(is),
    failed: error => void complaints.push((error as { code: string }).code),
  })
  const packets = () => kernel.sent.map(({ packet }) => `${packet[0]}:${packet.length}`)
  return { ...{ kernel, sending, complaints, wanted, packets, socket }, line: socket(fd) }
}

const packet = (first: number, length: number) => new Uint8Array(length).fill(first)
const window = [1, 2, 3].map(n => packet(n, 1472))

t.test('one packet of a line is one plain call', async t => {
  const { kernel, sending, line, packets } = table()
  sending.put(line, packet(1, 516))
  t.strictSame(packets(), [], 'it waits for its flush')
  sending.flush()
  sending.flush()
  t.strictSame([packets(), kernel.calls, kernel.cuts], [['1:516'], 1, 0])
})

t.test('a window is one message that the kernel cuts, to its last and shorter block', async t => {
  const { kernel, sending, line, packets } = table()
  for (const one of [...window, packet(4, 100), packet(5, 1472)]) sending.put(line, one)
  sending.flush()
  t.strictSame(packets(), ['1:1472', '2:1472', '3:1472', '4:100', '5:1472'])
  t.strictSame([kernel.calls, kernel.cuts], [1, 1], 'nothing is cut off behind a shorter one')
})

t.test('what the card or the way cannot cut leaves one by one, from then on', async t => {
  for (const error of ['EINVAL', 'EIO', 'EMSGSIZE'] as const) {
    const { kernel, sending, line, packets, complaints } = table()
    kernel.outcomes.push(error)
    for (const one of window) sending.put(line, one)
    sending.flush()
    for (const one of window) sending.put(line, one)
    sending.flush()
    const once = ['1:1472', '2:1472', '3:1472']
    t.strictSame([packets(), kernel.cuts, complaints], [[...once, ...once], 0, []], error)
  }
})

t.test(
  'where there is no room packets wait, in their order, and are no others’ matter',
  async t => {
    const { kernel, sending, line, socket, packets, wanted } = table()
    const other = socket(8)
    kernel.outcomes.push('EAGAIN')
    for (const one of window) sending.put(line, one)
    sending.put(other, packet(9, 20))
    sending.put(line, packet(4, 100))
    sending.flush()
    t.strictSame([packets(), wanted], [['9:20'], [true]])
    kernel.outcomes.push('EAGAIN')
    sending.resume(line)
    sending.put(line, packet(5, 30))
    sending.resume(line)
    t.strictSame(packets(), ['9:20', '1:1472', '2:1472', '3:1472', '4:100', '5:30'])
    t.strictSame(wanted, [true, false, true, false])
  },
)

t.test('a message that fails is told and lost, those behind it leave', async t => {
  const { kernel, sending, line, packets, complaints } = table()
  const to = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map(address =>
    writeSocketAddress({ address, port: 2070 }),
  )
  kernel.outcomes.push(1, 'EPERM')
  for (const [n, address] of to.entries()) sending.put(line, packet(n, 50), address)
  sending.flush()
  t.strictSame([packets(), complaints], [['0:50', '2:50'], ['EPERM']])
  t.strictSame(
    kernel.sent.map(({ to }) => to.slice(8, 16)),
    ['0a000001', '0a000003'],
  )
})

t.test('nothing leaves by a socket that is closed', async t => {
  const { sending, line, packets } = table()
  line.isClosed = true
  sending.put(line, packet(1, 50))
  sending.flush()
  t.strictSame(packets(), [])
})

t.test('a client that is gone is no complaint', async t => {
  const { kernel, sending, line, packets, complaints } = table()
  kernel.outcomes.push('ECONNREFUSED')
  sending.put(line, packet(1, 50))
  sending.flush()
  t.strictSame([packets(), complaints], [[], []])
})

t.test(
  'whatever is asked for and fails: each packet once, in order, whole, to its receiver',
  async t => {
    for (let seed = 1; seed <= 50; seed++) {
      const { kernel, sending, socket } = table()
      let state = seed
      // A generator of Park and Miller.
      const upTo = (most: number) => {
        state = (state * 48_271) % 2_147_483_647
        return state % most
      }
      const sockets = [1, 2, 3].map(socket)
      const receivers = [0, 1, 2].map(n =>
        writeSocketAddress({ address: `10.0.0.${n}`, port: 2070 }),
      )
      const put: string[][] = [[], [], [], []]
      for (let n = 0; n < 400; n++) {
        const out = sockets[upTo(3)] as OutSocket
        const bytes = packet(upTo(256), upTo(4) ? 1472 : 1 + upTo(upTo(50) ? 1500 : 65_000))
        const to = out.fd === 1 ? undefined : receivers[upTo(3)]
        put[out.fd]?.push(`${Buffer.from(to ?? []).toString('hex')} ${bytes[0]} ${bytes.length}`)
        if (upTo(9) === 0) kernel.outcomes.push((['EAGAIN', 1, 2] as const)[upTo(3)] ?? 1)
        sending.put(out, bytes, to)
        if (upTo(5) === 0) sending.flush()
        if (upTo(20) === 0) sending.resume(out)
      }
      kernel.outcomes.length = 0
      sending.flush()
      for (const out of sockets) sending.resume(out)
      for (const { fd } of sockets) {
        const left = kernel.sent.filter(one => one.fd === fd)
        const said = left.map(({ to, packet }) => `${to} ${packet[0]} ${packet.length}`)
        const isWhole = left.every(({ packet }) => packet.every(byte => byte === packet[0]))
        if (isWhole && said.join() === put[fd]?.join()) continue
        t.strictSame([seed, fd, said], [seed, fd, put[fd]])
        return
      }
    }
  },
)
