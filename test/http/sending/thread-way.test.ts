import { readdirSync, readlinkSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { makeFolder } from '../../folder.ts'
import { startAssets } from '../asset-server.ts'
import { openCount, until } from '../raw-http.ts'

const MiB = 2 ** 20
const large = pattern(3 * MiB + 77)
const small = Buffer.from('small')
const folder = makeFolder(t, { large, small, huge: pattern(40 * MiB) })

function pattern(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32LE(at * 7, at)
  return bytes
}

function serve(t: Test, deps: Parameters<typeof startAssets>[1] = {}) {
  return startAssets(t, { assets: { folder, allowedRoots: [] }, ...deps })
}

function ask(name: string, ...headers: string[]): string {
  return [`GET /assets/${name} HTTP/1.1`, 'Host: x', ...headers, '', ''].join('\r\n')
}

/** Reads answers one behind the other from a connection. */
function createReader(socket: Socket) {
  let bytes = Buffer.alloc(0)
  let more = () => {}
  let isOver = false
  socket.on('data', chunk => {
    bytes = Buffer.concat([bytes, chunk as Buffer])
    more()
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    isOver = true
    more()
  })
  const until = async (there: () => boolean) => {
    while (!there() && !isOver) {
      await new Promise<void>(resolve => {
        more = resolve
      })
    }
  }
  return async () => {
    await until(() => bytes.includes('\r\n\r\n'))
    const start = bytes.indexOf('\r\n\r\n') + 4
    const head = bytes.toString('latin1', 0, start)
    const length = Number(/Content-Length: (\d+)/.exec(head)?.[1])
    await until(() => bytes.length >= start + length)
    const body = bytes.subarray(start, start + length)
    bytes = bytes.subarray(start + length)
    return { status: Number(head.slice(9, 12)), body }
  }
}

function openSockets(): number {
  return readdirSync('/proc/self/fd').filter(fd => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:')
    } catch {
      return false
    }
  }).length
}

t.test('a connection goes on behind a download, asked one by one or all at once', async t => {
  const { port, sent } = await serve(t)
  const names = ['large', 'small', 'large', 'large', 'small']
  for (const isPipelined of [false, true]) {
    sent.length = 0
    const socket = connect(port, '127.0.0.1')
    const read = createReader(socket)
    if (isPipelined) socket.write(names.map(name => ask(name)).join(''))
    for (const name of names) {
      if (!isPipelined) socket.write(ask(name))
      const { status, body } = await read()
      t.equal(status, 200)
      t.ok(body.equals(name === 'large' ? large : small), `${name} is whole`)
    }
    await until(() => sent.filter(({ complete }) => complete).length === names.length)
    socket.destroy()
  }
})

t.test('parts, and what has none', async t => {
  const { port } = await serve(t)
  const socket = connect(port, '127.0.0.1')
  const read = createReader(socket)
  for (const [range, status, part] of [
    ['bytes=1000-', 206, large.subarray(1000)],
    [`bytes=${MiB}-${2 * MiB - 1}`, 206, large.subarray(MiB, 2 * MiB)],
    [`bytes=-${200 * 1024}`, 206, large.subarray(-200 * 1024)],
  ] as const) {
    socket.write(ask('large', `Range: ${range}`))
    const answer = await read()
    t.equal(answer.status, status)
    t.ok(answer.body.equals(part), range)
  }
  socket.destroy()
})

t.test('no descriptor is left, however a download ends', async t => {
  const { port, sent } = await serve(t)
  const before = openSockets()
  const gone = Array.from({ length: 8 }, () => connect(port, '127.0.0.1'))
  for (const socket of gone) socket.on('error', () => {}).write(ask('huge'))
  await Promise.all(gone.map(socket => new Promise(resolve => socket.once('readable', resolve))))
  for (const [n, socket] of gone.entries()) {
    if (n % 2 === 0) socket.destroy()
    else socket.resetAndDestroy()
  }
  await until(() => sent.filter(({ complete }) => !complete).length >= gone.length)
  const whole = connect(port, '127.0.0.1')
  const read = createReader(whole)
  whole.write(ask('large', 'Connection: close'))
  t.ok((await read()).body.equals(large))
  await new Promise(resolve => whole.once('close', resolve))
  await until(() => openSockets() === before)
})

t.test('what gives way is cut though a thread holds its socket', async t => {
  const cuts: (() => void)[] = []
  const moved: (() => number)[] = []
  const places = {
    count: () => 0,
    look: () => {},
    take(place: { cut(): void; moved(): number }) {
      cuts.push(place.cut)
      moved.push(place.moved)
      return () => {}
    },
  }
  const ends: string[] = []
  const { port } = await serve(t, { places, ended: end => ends.push(end) })
  const socket = connect(port, '127.0.0.1')
  socket.write(ask('huge'))
  await new Promise(resolve => socket.once('readable', resolve))
  await until(() => (moved[0]?.() ?? 0) > MiB)
  t.pass('what the thread sent counts as moved')
  cuts[0]?.()
  socket.resume()
  socket.on('error', () => {})
  await new Promise(resolve => socket.once('close', resolve))
  await until(() => ends.length > 0)
  t.strictSame(ends, ['client closed'])
})

t.test('who stands in line behind a download and goes leaves nothing open', async t => {
  const ends: string[] = []
  const { port } = await serve(t, { ended: end => ends.push(end) })
  const before = openSockets()
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {}).write(ask('huge') + ask('large') + ask('huge'))
  await new Promise(resolve => socket.once('readable', resolve))
  await until(() => openCount('huge') === 2 && openCount('large') === 1)
  socket.destroy()
  await until(() => ends.length === 3)
  t.strictSame(ends, Array(3).fill('client closed'))
  await until(() => openSockets() === before && openCount('huge') + openCount('large') === 0)
})
