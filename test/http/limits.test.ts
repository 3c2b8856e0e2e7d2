import { spawnSync } from 'node:child_process'
import { connect, type Socket } from 'node:net'
import fastify from 'fastify'
import t, { type Test } from 'tap'
import { createPlaces } from '../../src/http/places.ts'
import { createHttpServer } from '../../src/http/server.ts'
import { freePorts } from '../daemon/ports.ts'
import { makeFolder } from '../folder.ts'
import { startAssets } from './asset-server.ts'
import { ask, bodyOf, readAll, until } from './raw-http.ts'

const MiB = 2 ** 20
const folder = makeFolder(t, { initrd: Buffer.alloc(32 * MiB, 'initrd '), small: 'small' })

t.test('a download too many is told to come again, and may as soon as another is over', async t => {
  const { port, sent } = await startAssets(t, {
    assets: { folder, allowedRoots: [] },
    places: createPlaces({ most: 1, perAddress: 1 }, performance.now.bind(performance)),
  })
  const first = connect(port, '127.0.0.1')
  first.write('GET /assets/initrd HTTP/1.0\r\n\r\n')
  await new Promise(resolve => first.once('readable', resolve))
  const refused = await ask(port, 'GET /assets/small HTTP/1.0')
  t.match(refused, /^HTTP\/1\.1 503 /)
  t.match(refused, '\r\nRetry-After: 5\r\n')
  t.match(bodyOf(refused), 'ask again in 5 seconds')
  t.match(await ask(port, 'HEAD /assets/small HTTP/1.0'), / 200 /, 'costs nothing')
  t.equal(bodyOf(await readAll(first)).length, 32 * MiB)
  await until(() => sent.at(-1)?.complete === true)
  t.equal(bodyOf(await ask(port, 'GET /assets/small HTTP/1.0')), 'small')
})

const wide = { connections: 99, perAddress: 99, headers: 60, body: 60, idle: 60 }

/** A server of one route that never answers; its port. `asked` is told of each request. */
async function listen(t: Test, limits: typeof wide, asked = () => {}): Promise<number> {
  const app = fastify()
  app.get('/never', () => {
    asked()
    return new Promise(() => {})
  })
  await app.ready()
  const { http: port } = await freePorts()
  const server = createHttpServer(app, port, limits)
  await server.listen(['127.0.0.1'])
  t.teardown(() => server.close(0))
  return port
}

/** Such a server, and a client on it. */
async function serve(t: Test, bounds: Partial<typeof wide>) {
  const port = await listen(t, { ...wide, perAddress: 9, ...bounds })
  return () => {
    const socket = connect(port, '127.0.0.1')
    t.teardown(() => socket.destroy())
    return socket
  }
}

t.test('many who stand in line are let in together', async t => {
  const turnsOfRequests: number[] = []
  let turn = 0
  const port = await listen(t, wide, () => turnsOfRequests.push(turn))
  const client = `let open = 0
    for (let n = 0; n < 64; n++) {
      const socket = require('node:net').connect(${port}, '127.0.0.1')
      socket.write('GET /never HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n', () => ++open === 64 && process.exit())
    }`
  // Nobody is let in while this waits.
  t.equal(spawnSync(process.execPath, ['-e', client]).status, 0)
  while (turnsOfRequests.length < 64) {
    turn++
    await new Promise(resolve => setImmediate(resolve))
  }
  t.ok(turn < 40, `all are served within ${turn} turns of the event loop`)
})

t.test('a port that somebody else shares is refused', async t => {
  const port = await listen(t, wide)
  const other = createHttpServer(fastify(), port, wide)
  await t.rejects(other.listen(['127.0.0.1']), { code: 'EADDRINUSE', port })
})

function closed(socket: Socket): Promise<void> {
  socket.resume()
  socket.on('error', () => {})
  return new Promise(resolve => socket.once('close', () => resolve()))
}

t.test('a connection too many is closed', async t => {
  const open = await serve(t, { connections: 1, headers: 60, idle: 60 })
  const first = open()
  first.write('GET /never HTTP/1.1\r\nHost: x\r\n\r\n')
  await new Promise<void>(resolve => first.once('connect', resolve))
  await closed(open())
  t.notOk(first.destroyed)
})

t.test('who does not ask in time is closed', async t => {
  const open = await serve(t, { connections: 9, headers: 1, idle: 60 })
  const socket = open()
  socket.write('GET /never HT')
  await closed(socket)
  t.pass()
})

t.test('a body has a time', async t => {
  const open = await serve(t, { ...{ connections: 9, headers: 1, idle: 60 }, ...{ body: 1 } })
  const socket = open()
  socket.write('POST /never HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\na')
  await closed(socket)
  t.pass()
})

t.test('one address gets so many connections, and then gives way to another', async t => {
  const open = await serve(t, { connections: 3, headers: 60, idle: 60 })
  const mine = [open(), open(), open()]
  for (const socket of mine) await new Promise<void>(resolve => socket.once('connect', resolve))
  const gone = Promise.race(mine.map(closed))
  const other = connect({
    port: mine[0]?.remotePort ?? 0,
    host: '127.0.0.1',
    localAddress: '127.0.0.9',
  })
  t.teardown(() => other.destroy())
  await gone
  t.notOk(other.destroyed)
})

t.test('a connection on which nothing moves is closed', async t => {
  const open = await serve(t, { connections: 9, headers: 60, idle: 1 })
  const socket = open()
  socket.write('GET /never HTTP/1.1\r\nHost: x\r\n\r\n')
  await closed(socket)
  t.pass()
})
