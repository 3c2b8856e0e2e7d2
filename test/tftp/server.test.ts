import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { TftpEvent } from '../../src/tftp/event.ts'
import { openTftp, type TftpServerOptions } from '../../src/tftp/server.ts'
import { type Ipv4, parseIpv4 } from '../../src/wire/address.ts'
import { decodeTftp, encodeTftp, type TftpPacket } from '../../src/wire/tftp-packet.ts'
import { makeFolder } from '../folder.ts'
import { engine } from './engine.ts'

const loopback = parseIpv4('127.0.0.1') as Ipv4
const root = makeFolder(t, { 'a.txt': 'a file', big: '', 'b.txt': 'x'.repeat(512) })
const big = Buffer.from(Array.from({ length: 300_000 }, (_, n) => (n * 7) % 251))
writeFileSync(join(root, 'big'), big)

/** So long that nothing is sent again on a slow day; what tests the clock sets its own. */
const patienceMs = 60_000

interface Setup {
  readonly port: number
  readonly events: TftpEvent[]
  /** What the log says at level warn and above. */
  readonly complaints: string[]
  /** Resolves at the first event of this kind, also one that has come already. */
  event(kind: TftpEvent['kind']): Promise<TftpEvent>
}

async function serve(t: Test, options: Partial<TftpServerOptions> = {}): Promise<Setup> {
  const events: TftpEvent[] = []
  const complaints: string[] = []
  const waiting = new Set<() => void>()
  const complain = (_: object, text: string) => void complaints.push(text)
  const server = await openTftp({
    ...engine,
    addresses: [loopback],
    port: 0,
    roots: [root],
    log: { debug: () => {}, info: () => {}, warn: complain, error: complain },
    seen(event) {
      events.push(event)
      for (const wake of waiting) wake()
    },
    ...options,
    limits: { timeoutMs: patienceMs, ...options.limits },
  })
  t.teardown(() => server.close())
  const port = server.bound()[0]?.port ?? t.fail('not bound')
  const event = (kind: TftpEvent['kind']) =>
    new Promise<TftpEvent>(resolve => {
      const look = () => {
        const found = events.find(event => event.kind === kind)
        if (found) resolve(found)
      }
      waiting.add(look)
      look()
    })
  return { port: Number(port), events, complaints, event }
}

/** Threads tell what they saw a little later than they answer. */
async function until(is: () => boolean): Promise<void> {
  while (!is()) await new Promise(setImmediate)
}

interface Client {
  readonly socket: Socket
  /** Packets that have come and were not taken. */
  readonly inbox: TftpPacket[]
  send(packet: TftpPacket | Uint8Array): void
  next(): Promise<TftpPacket>
}

async function client(t: Test, port: number, address = '127.0.0.1'): Promise<Client> {
  const socket = createSocket('udp4')
  const inbox: TftpPacket[] = []
  const takers: ((packet: TftpPacket) => void)[] = []
  socket.on('message', (bytes, from) => {
    if (from.port !== port) throw new Error('an answer from another port')
    const packet = decodeTftp(bytes)
    const taker = takers.shift()
    if (taker) taker(packet)
    else inbox.push(packet)
  })
  socket.bind(0, address)
  await once(socket, 'listening')
  t.teardown(() => socket.close())
  return {
    socket,
    inbox,
    send: packet => {
      socket.send(packet instanceof Uint8Array ? packet : encodeTftp(packet), port, '127.0.0.1')
    },
    next: () => {
      const packet = inbox.shift()
      return packet ? Promise.resolve(packet) : new Promise(resolve => takers.push(resolve))
    },
  }
}

function rrq(file: string, options: Record<string, string> = {}, mode = 'octet'): TftpPacket {
  return { kind: 'rrq', file, mode, options: new Map(Object.entries(options)) }
}

const ack = (block: number): TftpPacket => ({ kind: 'ack', block })

async function fetchWith(peer: Client, file: string, options: Record<string, string> = {}) {
  const blockSize = Number(options.blksize ?? 512)
  const parts: Uint8Array[] = []
  peer.send(rrq(file, options))
  for (;;) {
    const packet = await peer.next()
    if (packet.kind === 'error') return `ERROR ${packet.code} ${packet.text}`
    if (packet.kind === 'oack') peer.send(ack(0))
    if (packet.kind !== 'data') continue
    if (packet.block === ((parts.length + 1) & 0xffff)) parts.push(packet.payload)
    peer.send(ack(packet.block))
    if (packet.payload.length < blockSize) return Buffer.concat(parts).toString('latin1')
  }
}

t.test('a download, and what is seen of it', async t => {
  const { port, event, events } = await serve(t)
  const peer = await client(t, port)
  t.equal(await fetchWith(peer, 'big', { blksize: '1024', tsize: '0' }), big.toString('latin1'))
  const about = { peer: { address: loopback, port: peer.socket.address().port }, name: 'big' }
  t.match(await event('done'), { ...about, size: 300_000, bytes: 300_000 })
  t.match(events, [{ kind: 'start', ...about }, { kind: 'done' }])
})

t.test('refused at once, each with a clear text', async t => {
  const { port, events } = await serve(t)
  const peer = await client(t, port)
  const refusals: readonly (readonly [TftpPacket, number, string])[] = [
    [{ ...rrq('new'), kind: 'wrq' } as TftpPacket, 2, 'this server is read-only'],
    [rrq('a.txt', {}, 'netascii'), 0, 'only mode octet (binary) is served, not netascii'],
    [rrq('a.txt', {}, 'mail'), 0, 'only mode octet (binary) is served, not mail'],
    [rrq('nothing'), 1, 'file not found'],
    [rrq('../a.txt'), 2, 'a path that climbs with ".."'],
    [rrq('x'.repeat(300)), 4, 'the name is too long'],
  ]
  for (const [request, code, text] of refusals) {
    peer.send(request)
    t.strictSame(await peer.next(), { kind: 'error', code, text })
  }
  await until(() => events.length === refusals.length)
  t.strictSame(
    events.map(event => event.kind),
    refusals.map(() => 'refused'),
  )
})

t.test(
  'a burst of unknown files from one port, as PXELINUX sends it, is answered one by one',
  async t => {
    const { port } = await serve(t)
    const peer = await client(t, port)
    for (let n = 0; n < 50; n++) {
      peer.send(rrq(`pxelinux.cfg/${n}`))
      t.match(await peer.next(), { kind: 'error', code: 1 })
    }
    t.strictSame(peer.inbox, [])
  },
)

t.test('the same request twice is one transfer', async t => {
  const { port, event, events } = await serve(t)
  const peer = await client(t, port)
  peer.send(rrq('a.txt', { tsize: '0' }))
  peer.send(rrq('a.txt', { tsize: '0' }))
  t.match(await peer.next(), { kind: 'oack' })
  peer.send(rrq('a.txt', { tsize: '0' }))
  t.match(await peer.next(), { kind: 'oack' }, 'the first packet again')
  peer.send(ack(0))
  t.match(await peer.next(), { kind: 'data', block: 1 })
  peer.send(ack(1))
  await event('done')
  t.strictSame(
    events.map(event => event.kind),
    ['start', 'done'],
  )
  t.strictSame(peer.inbox, [])
})

t.test('the same request after the first data, which got lost, is no second start', async t => {
  const { port, event, events } = await serve(t)
  const peer = await client(t, port)
  for (let n = 0; n < 3; n++) {
    peer.send(rrq('a.txt'))
    t.match(await peer.next(), { kind: 'data', block: 1 })
  }
  peer.send(ack(1))
  await event('done')
  t.strictSame(
    events.map(event => event.kind),
    ['start', 'done'],
  )
})

t.test('a client that goes while its file is being opened gets nothing more', async t => {
  const { port, events } = await serve(t)
  const peer = await client(t, port)
  for (let n = 0; n < 10; n++) {
    peer.send(rrq('big'))
    peer.send({ kind: 'error', code: 0, text: 'TFTP Aborted' })
    t.equal(await fetchWith(peer, 'a.txt'), 'a file')
  }
  t.notOk(events.some(event => event.name === 'big'))
})

t.test('another request from the same port replaces the first', async t => {
  const { port, event, events } = await serve(t)
  const peer = await client(t, port)
  peer.send(rrq('big'))
  t.match(await peer.next(), { kind: 'data', block: 1 })
  t.equal(await fetchWith(peer, 'a.txt'), 'a file')
  await event('done')
  t.match(events, [
    { kind: 'start', name: 'big' },
    { kind: 'failed', name: 'big', reason: 'the client asked anew' },
    { kind: 'start', name: 'a.txt' },
    { kind: 'done', name: 'a.txt' },
  ])
})

t.test('EDK2: size, ERROR 8, and again from the same port', async t => {
  const { port, event, events } = await serve(t)
  const peer = await client(t, port)
  peer.send(rrq('big', { tsize: '0', blksize: '1468', windowsize: '4' }))
  t.match(await peer.next(), { kind: 'oack' })
  peer.send({ kind: 'error', code: 8, text: 'User aborted the transfer' })
  t.equal(await fetchWith(peer, 'big', { blksize: '1468' }), big.toString('latin1'))
  await event('done')
  t.strictSame(
    events.map(event => event.kind),
    ['start', 'done'],
  )
})

t.test('another peer can neither steer nor end a transfer', async t => {
  const { port, event } = await serve(t)
  const peer = await client(t, port)
  const stranger = await client(t, port)
  const cousin = await client(t, port, '127.0.0.2')
  peer.send(rrq('b.txt'))
  t.match(await peer.next(), { kind: 'data', block: 1 })
  for (const other of [stranger, cousin]) {
    other.send(ack(1))
    other.send({ kind: 'error', code: 0, text: 'stop' })
    other.send(rrq('nothing'))
    t.match(await other.next(), { kind: 'error', code: 1 }, 'all before was read')
  }
  t.strictSame(peer.inbox, [])
  peer.send(ack(1))
  t.match(await peer.next(), { kind: 'data', block: 2, payload: new Uint8Array() })
  peer.send(ack(2))
  t.match(await event('done'), { bytes: 512 })
  t.strictSame([...stranger.inbox, ...cousin.inbox], [])
})

t.test('what is no request and belongs to no transfer is not answered', async t => {
  const { port, complaints, event, events } = await serve(t)
  const peer = await client(t, port)
  const noise: (TftpPacket | Uint8Array)[] = [
    new Uint8Array(),
    Uint8Array.of(0),
    Uint8Array.of(255, 255, 0, 0),
    Uint8Array.of(0, 1, 65, 65),
    new Uint8Array(60_000),
    ack(0),
    { kind: 'data', block: 1, payload: new Uint8Array(512) },
    { kind: 'error', code: 0, text: 'hello' },
    { kind: 'oack', options: new Map([['tsize', '1']]) },
  ]
  for (const packet of noise) peer.send(packet)
  t.equal(await fetchWith(peer, 'a.txt'), 'a file', 'the first answer is the file')
  t.strictSame(complaints, [])
  await event('start')
  t.equal(events.length, 1)
})

t.test('limits: per address, in all, and a place that becomes free', async t => {
  const { port } = await serve(t, { limits: { perAddress: 2, transfers: 3 } })
  const peers = await Promise.all([1, 2, 3].map(() => client(t, port)))
  const cousins = await Promise.all([1, 2].map(() => client(t, port, '127.0.0.2')))
  const tries: unknown[] = []
  for (const peer of [...peers, ...cousins]) {
    peer.send(rrq('big'))
    const packet = await peer.next()
    tries.push(packet.kind === 'error' ? packet.text : packet.kind)
    if (packet.kind !== 'data') continue
    // Who has acknowledged nothing would give way.
    peer.send(ack(1))
    await peer.next()
  }
  const own = 'too many transfers to your address'
  t.strictSame(tries, ['data', 'data', own, 'data', 'too many transfers, try again later'])
  peers[0]?.send({ kind: 'error', code: 0, text: 'enough' })
  peers[0]?.send(rrq('nothing'))
  await peers[0]?.next()
  t.equal(await fetchWith(cousins[1] as Client, 'a.txt'), 'a file')
})

t.test('who acknowledged nothing takes no place', async t => {
  const { port } = await serve(t, { limits: { perAddress: 2, transfers: 2 } })
  const peers = await Promise.all(Array.from({ length: 12 }, () => client(t, port)))
  const [first, last] = [peers.at(0) as Client, peers.at(-1) as Client]
  first.send(rrq('big'))
  await first.next()
  first.send(ack(1))
  await first.next()
  for (const peer of peers.slice(1, -1)) peer.send(rrq('big'))
  t.equal(await fetchWith(last, 'a.txt'), 'a file')
  first.send(ack(2))
  t.match(await first.next(), { kind: 'data', block: 3 }, 'who is at work stays')
})

t.test('nobody outside is answered', async t => {
  const { port, events } = await serve(t, {
    termsFor: ({ address }) => (address === loopback ? { kind: 'served' } : { kind: 'ignored' }),
  })
  const outside = await client(t, port, '127.0.0.2')
  const inside = await client(t, port)
  outside.send(rrq('a.txt'))
  outside.send({ kind: 'wrq', file: 'a.txt', mode: 'octet', options: new Map() })
  t.equal(await fetchWith(inside, 'a.txt'), 'a file')
  t.strictSame(outside.inbox, [])
  t.notOk(events.some(({ kind }) => kind === 'failed'))
})

t.test('a download from a port of its own: what was not heard cannot be acknowledged', async t => {
  const { port, events } = await serve(t, {
    termsFor: () => ({ kind: 'served', from: loopback }),
    limits: { timeoutMs: 100 },
  })
  const socket = createSocket('udp4')
  t.teardown(() => socket.close())
  socket.bind({ address: '127.0.0.1' })
  await once(socket, 'listening')
  const say = (packet: TftpPacket, to: number) => socket.send(encodeTftp(packet), to, '127.0.0.1')
  const heard = async () => {
    const [bytes, from] = (await once(socket, 'message')) as [Buffer, { port: number }]
    return { packet: decodeTftp(bytes), port: from.port }
  }
  say(rrq('big'), port)
  const first = await heard()
  t.not(first.port, port)
  t.match(first.packet, { kind: 'data', block: 1 })
  say({ kind: 'ack', block: 1 }, port)
  // It is sent again by the clock: the acknowledgement was for the wrong port.
  t.match((await heard()).packet, { kind: 'data', block: 1 })
  say({ kind: 'ack', block: 1 }, first.port)
  t.match(await heard(), { packet: { kind: 'data', block: 2 }, port: first.port })
  say({ kind: 'error', code: 0, text: 'enough' }, first.port)
  await until(() => events.some(({ kind }) => kind === 'failed'))
})

t.test(
  'a refusal and the end of the server come too where a download has a port of its own',
  async t => {
    const socket = createSocket('udp4')
    t.teardown(() => socket.close())
    socket.bind({ address: '127.0.0.1' })
    await once(socket, 'listening')
    const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
    const server = await openTftp({
      ...{ ...engine, addresses: [loopback], port: 0, roots: [root], log, seen: () => {} },
      termsFor: () => ({ kind: 'served', from: loopback }),
    })
    const answerTo = async (file: string) => {
      socket.send(encodeTftp(rrq(file)), Number(server.bound()[0]?.port), '127.0.0.1')
      const [bytes] = (await once(socket, 'message')) as [Buffer]
      return decodeTftp(bytes)
    }
    t.match(await answerTo('nothing'), { kind: 'error', code: 1, text: 'file not found' })
    t.match(await answerTo('big'), { kind: 'data', block: 1 })
    const last = once(socket, 'message') as Promise<[Buffer]>
    await server.close()
    t.match(decodeTftp((await last)[0]), { kind: 'error', text: 'the server is stopping' })
  },
)

t.test('a smaller block size for one peer', async t => {
  const { port } = await serve(t, { termsFor: () => ({ kind: 'served', blockSize: 512 }) })
  const peer = await client(t, port)
  peer.send(rrq('big', { blksize: '1468' }))
  t.strictSame(await peer.next(), { kind: 'oack', options: new Map([['blksize', '512']]) })
})

t.test('a client that falls silent: repetitions, then failed', async t => {
  const { port, event } = await serve(t, { limits: { timeoutMs: 10 } })
  const peer = await client(t, port)
  peer.send(rrq('big'))
  t.match(await event('failed'), { reason: 'no answer', bytes: 0 })
  peer.send(rrq('nothing'))
  const kinds: string[] = []
  for (let kind = ''; kind !== 'error'; kinds.push(kind)) kind = (await peer.next()).kind
  t.strictSame(kinds, ['data', 'data', 'data', 'error'])
})

/** A wire between client and server that loses the packets with these numbers; 1 is the first. */
async function lossyWire(t: Test, port: number, lose: { up: number[]; down: number[] }) {
  const front = createSocket('udp4')
  const back = createSocket('udp4')
  let up = 0
  let down = 0
  let from = 0
  front.on('message', (bytes, peer) => {
    from = peer.port
    if (!lose.up.includes(++up)) back.send(bytes, port, '127.0.0.1')
  })
  back.on('message', bytes => {
    if (!lose.down.includes(++down)) front.send(bytes, from, '127.0.0.1')
  })
  front.bind(0, '127.0.0.1')
  await once(front, 'listening')
  t.teardown(() => {
    front.close()
    back.close()
  })
  return { port: front.address().port, count: () => down }
}

for (const [name, lose] of [
  ['DATA', { up: [], down: [1, 5, 6, 20] }],
  ['ACKs', { up: [2, 3, 10, 30], down: [] }],
  ['both', { up: [2, 9, 10], down: [3, 4, 5, 17] }],
] as const) {
  t.test(`loss of ${name} is made good by our clock alone`, async t => {
    const { port, event } = await serve(t, { limits: { timeoutMs: 20 } })
    const wire = await lossyWire(t, port, { up: [...lose.up], down: [...lose.down] })
    const peer = await client(t, wire.port)
    t.equal(await fetchWith(peer, 'big', { blksize: '1468', tsize: '0' }), big.toString('latin1'))
    t.match(await event('done'), { bytes: 300_000 })
    t.ok(wire.count() < 230, `${wire.count()} packets for 206`)
  })
}

t.test('a virtual file that throws is our error, not the end', async t => {
  const virtual = () => {
    throw new Error('bug')
  }
  const { port, complaints } = await serve(t, { virtual })
  const peer = await client(t, port)
  t.equal(await fetchWith(peer, 'a.txt'), 'ERROR 0 internal error')
  t.strictSame(complaints, ['TFTP request not handled'])
})

t.test('a taken port is the system’s error', async t => {
  const { port } = await serve(t)
  await t.rejects(serve(t, { port }), { code: 'EADDRINUSE' })
})

t.test('an address that does not exist is waited for, and does not hold up the others', async t => {
  const elsewhere = parseIpv4('203.0.113.77') as Ipv4
  const { port, complaints } = await serve(t, { addresses: [loopback, elsewhere] })
  t.match(complaints, ['TFTP waits: no such address here yet'])
  t.equal(await fetchWith(await client(t, port), 'a.txt'), 'a file')
})

t.test('close tells the clients', async t => {
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  const events: string[] = []
  const seen = (event: TftpEvent) => void events.push(event.kind)
  const server = await openTftp({
    ...engine,
    addresses: [loopback],
    port: 0,
    roots: [root],
    log,
    seen,
  })
  const peer = await client(t, server.bound()[0]?.port ?? 0)
  peer.send(rrq('big'))
  await peer.next()
  await server.close()
  t.match(await peer.next(), { kind: 'error', text: 'the server is stopping' })
  t.strictSame(events, ['start', 'failed'])
})
