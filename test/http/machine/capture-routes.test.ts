import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import fastify from 'fastify'
import t, { type Test } from 'tap'
import { diskPieceBytes } from '../../../src/boot/capture.ts'
import { createCaptures } from '../../../src/daemon/captures.ts'
import { httpDeps } from '../../../src/daemon/http-deps.ts'
import { buildApp } from '../../../src/http/app.ts'
import { captureRoutes } from '../../../src/http/machine/capture-routes.ts'
import { waitForTurn } from '../../../src/http/machine/standing-by.ts'
import { own, startHttp, stranger } from '../daemon.ts'

const size = diskPieceBytes + 8 * 1024 * 1024
/** What is on its disk: two pieces. */
const content = Buffer.concat([Buffer.from('boot'), Buffer.alloc(size - 8), Buffer.from('last')])
const sha256 = createHash('sha256').update(content).digest('hex')
const pieces = [content.subarray(0, diskPieceBytes), content.subarray(diskPieceBytes)]
const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = pieces.map(part =>
  zstdCompressSync(part),
)

const disk = { name: '/dev/vda', size, model: 'SSD 9', serial: 'DISK-1', bus: 'virtio' }
const other = { ...disk, name: '/dev/vdb', serial: 'DISK-2' }
const facts = { disks: [disk] }

const settings = {
  profiles: 'golden: { image: images/shot.raw.zst }',
  files: { images: { agent: { linux: 'kernel', initrd: 'initrd', writer: 'writer' } } },
}

type Http = Awaited<ReturnType<typeof startHttp>>

function handsOf(http: Http, app = http.app) {
  const url = () => `/captures/${http.tokenOf('node1')}`
  const send = (query: string, payload: Buffer, remoteAddress = own) =>
    app.inject({ method: 'POST', url: `${url()}${query}`, payload, remoteAddress })
  return {
    url,
    have: (from = own) => app.inject({ url: url(), remoteAddress: from }),
    add: (at: number, bytes: number, payload: Buffer, from = own) =>
      send(`?at=${at}&bytes=${bytes}`, payload, from),
    land: (sum = sha256, bytes = size) =>
      send(`/whole?bytes=${bytes}&sha256=${sum}`, Buffer.alloc(0)),
    tell: (payload: object) => http.say('', { payload, remoteAddress: own }),
    why: () => http.timeline('node1', 'state').at(-1) ?? '',
  }
}

/** node1 is to be captured, boots, and has said what it is. */
async function asked(t: Test, capture: object = {}, told: object = facts) {
  const http = await startHttp(t, '', settings)
  const images = join(http.wired.world.config().assets, 'images')
  const wish = (more: object = {}) =>
    http.admin('POST', '/installs', {
      hosts: ['node1'],
      capture: { image: 'shot', ...capture },
      ...more,
    })
  const [result] = (await wish()).json().results
  t.match(result, { ok: true, erases: false, profile: 'capture' })
  const script = (await http.ask('/boot/52:54:00:12:34:56/boot.ipxe')).body
  const hands = handsOf(http)
  await hands.tell({ event: 'ready', facts: told })
  const left = () =>
    readdirSync(images, { recursive: true }).filter(name => !/^agent/.test(`${name}`))
  return { ...http, ...hands, wish, install: result.install, script, images, left }
}

t.test('a disk comes in pieces, and is an image when all of it is right', async t => {
  const http = await asked(t)
  const { have, add, land, tell, state, timeline, left, images, install } = http
  t.match(http.script, /agent=capture/)
  t.match(http.script, '/assets/images/agent/writer')
  const order = await http.ask(`/agent/${http.tokenOf('node1')}`)
  const lines = [
    'capture',
    'disk /dev/vda',
    'serial "DISK-1"',
    `size ${size}`,
    `piece ${diskPieceBytes}`,
  ]
  t.equal(order.body, `${[...lines, 'image shot.raw.zst'].join('\n')}\n`)
  t.match(
    timeline().join('\n'),
    /serial DISK-1, [\d.]+ MB is read, and becomes the image shot\.raw\.zst/,
  )
  t.equal((await have()).body, 'have 0\n')
  t.equal((await add(0, diskPieceBytes, first)).body, `have ${diskPieceBytes}\n`)
  t.strictSame(
    left().filter(name => /shot/.test(`${name}`)),
    [],
    'nothing under its name yet',
  )
  t.equal((await add(diskPieceBytes, size - diskPieceBytes, second)).body, `have ${size}\n`)
  t.equal((await land()).body, `have ${size}\n`)
  t.equal((await land()).statusCode, 200, 'its answer may have been lost')
  t.equal((await have()).body, `have ${size}\n`)
  t.equal(state(), 'installing')
  await tell({ event: 'done' })
  t.match(http.lives.lifeOf('node1'), { state: 'installed', why: { code: 'disk-captured' } })
  t.strictSame(left().sort(), ['.captures', 'shot.raw.zst', 'shot.raw.zst.json'])
  const packed = readFileSync(join(images, 'shot.raw.zst'))
  t.ok(packed.equals(Buffer.concat([first, second])))
  const measure = JSON.parse(readFileSync(join(images, 'shot.raw.zst.json'), 'utf8'))
  t.match(measure, { bytes: size, sha256, packed: { bytes: packed.length } })
  t.match(measure.captured, { host: 'node1', install })
  const golden = await http.admin('POST', '/installs', { hosts: ['node1'], profile: 'golden' })
  t.match(golden.json().results, [{ ok: true }], 'and can be installed')
  const log = (await http.admin('GET', '/admin-log')).json().entries
  t.match(log[1], { action: 'install', text: 'asked to capture the disk of node1' })
})

t.test('what is skipped, repeated or cut is refused, and it goes on where it was', async t => {
  const { have, add, url, app, state } = await asked(t)
  const skips = await add(diskPieceBytes, size - diskPieceBytes, second)
  t.match(skips, { statusCode: 409, body: /^0 bytes are here, and this piece begins at 33554432/ })
  await add(0, diskPieceBytes, first)
  t.equal((await add(0, diskPieceBytes, first)).statusCode, 409)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const socket = connect({ port, host: '127.0.0.1', localAddress: own })
  const query = `?at=${diskPieceBytes}&bytes=${size - diskPieceBytes}`
  socket.write(`POST ${url()}${query} HTTP/1.0\r\nContent-Length: ${second.length}\r\n\r\n`)
  socket.write(second.subarray(0, 10))
  await new Promise(done => setImmediate(done))
  socket.destroy()
  await once(socket, 'close')
  let body = ''
  while (
    !/^have/.test(body) ||
    (await add(diskPieceBytes, size - diskPieceBytes, second)).statusCode !== 200
  )
    body = (await have()).body
  t.equal(body, `have ${diskPieceBytes}\n`)
  t.equal((await have()).body, `have ${size}\n`)
  t.equal(state(), 'installing')
})

t.test('only the machine itself may send, by its own token and in its turn', async t => {
  const { have, add, app, state, tell, cancel } = await asked(t).then(http => ({
    ...http,
    cancel: () => http.admin('POST', '/cancels', { hosts: ['node1'] }),
  }))
  t.equal((await add(0, diskPieceBytes, first, stranger)).statusCode, 403)
  t.equal((await have(stranger)).statusCode, 403)
  const url = `/captures/none?at=0&bytes=${diskPieceBytes}`
  const payload = first
  t.equal((await app.inject({ method: 'POST', url, payload, remoteAddress: own })).statusCode, 404)
  t.equal((await have()).body, 'have 0\n')
  t.equal(state(), 'installing')
  await tell({ event: 'failed', message: '/dev/vda cannot be read' })
  t.match(await add(0, diskPieceBytes, first), { statusCode: 410 })
  await cancel()
  const plain = await startHttp(t, '', settings)
  plain.install()
  await plain.ask('/boot/52:54:00:12:34:56/boot.ipxe')
  t.equal(
    (await handsOf(plain).add(0, diskPieceBytes, first)).statusCode,
    404,
    'of another installer',
  )
})

t.test('what is not what it was said to be ends it, and leaves nothing', async t => {
  const random = Buffer.concat([first, Buffer.alloc(size)])
  const cases = [
    [diskPieceBytes, second, /the piece at 0 has 8388608 bytes, and should have 33554432/],
    [diskPieceBytes - 1, first, /the piece at 0 has 33554431 bytes, and should have/],
    [diskPieceBytes, Buffer.from('no zstd at all'), /the piece at 0 cannot be unpacked/],
    [diskPieceBytes, first.subarray(0, -3), /the piece at 0 cannot be unpacked/],
    [
      diskPieceBytes,
      Buffer.concat([first, first]),
      /the piece at 0 has \d+ bytes, and should have/,
    ],
    [diskPieceBytes, random, /the piece at 0 (cannot be unpacked|has more than)/],
  ] as const
  for (const [bytes, payload, why] of cases) {
    const http = await asked(t)
    const reply = await http.add(0, bytes, payload)
    t.equal(reply.statusCode, 422)
    t.match(reply.body, why)
    t.equal(http.state(), 'failed')
    t.match(http.why(), why)
    t.strictSame(http.left(), ['.captures'])
    t.equal((await http.add(0, diskPieceBytes, first)).statusCode, 410)
  }
})

t.test('a sum or a length that is wrong at the end leaves no image', async t => {
  for (const [sum, bytes, why] of [
    ['0'.repeat(64), size, /has the sha256 \w+, and the agent has read 0000/],
    [sha256, size - 512, /only 41942528 of 41943040 bytes have come/],
  ] as const) {
    const { add, land, state, why: said, left, tell } = await asked(t)
    await add(0, diskPieceBytes, first)
    await add(diskPieceBytes, size - diskPieceBytes, second)
    t.equal((await land(sum, bytes)).statusCode, 422)
    t.match(said(), why)
    t.strictSame(left(), ['.captures'])
    await tell({ event: 'done' })
    t.equal(state(), 'failed')
  }
  const early = await asked(t)
  await early.add(0, diskPieceBytes, first)
  t.match(await early.land(), {
    statusCode: 422,
    body: /only 33554432 of 41943040 bytes have come/,
  })
})

t.test('that it is done counts only when the image is there', async t => {
  const { tell, why } = await asked(t)
  await tell({ event: 'done' })
  t.match(why(), /the agent was done, and \S+shot\.raw\.zst has not come/)
})

t.test('power that fails while it lands leaves no half of it', async t => {
  const { add, land, have, tell, state, images } = await asked(t)
  await add(0, diskPieceBytes, first)
  await add(diskPieceBytes, size - diskPieceBytes, second)
  await land()
  // What stands beside it came first.
  rmSync(join(images, 'shot.raw.zst'))
  t.equal((await have()).body, 'have 0\n')
  await tell({ event: 'done' })
  t.equal(state(), 'failed')
})

t.test('a disk of ours that is full is the reason, and nothing is left', async t => {
  const http = await asked(t)
  let free = 2 ** 40
  const { world } = http.wired
  const captures = createCaptures({
    ...http.wired,
    config: world.config,
    wall: Date.now,
    free: () => free,
  })
  const app = await buildApp(httpDeps({ ...http.wired, captures }))
  t.teardown(() => app.close())
  const { add } = handsOf(http, app)
  t.equal((await add(0, diskPieceBytes, first)).statusCode, 200)
  free = 128 * 1024 ** 2 + 1000
  t.equal((await add(diskPieceBytes, size - diskPieceBytes, second)).statusCode, 422)
  t.match(http.why(), /there is no room for it: the disk of \S+images has 1 kB left for images/)
  t.strictSame(http.left(), ['.captures'])
})

t.test('an image that is there is replaced only where somebody has said so', async t => {
  const { wish, images, add, land, why } = await asked(t)
  writeFileSync(join(images, 'shot.raw.zst'), 'another')
  const again = await wish({ replace: true, dryRun: true })
  t.match(again.json().results, [{ ok: false, code: 'image-exists' }])
  await add(0, diskPieceBytes, first)
  await add(diskPieceBytes, size - diskPieceBytes, second)
  t.equal((await land()).statusCode, 422, 'it came in between')
  t.match(why(), /there is \S+shot\.raw\.zst already/)
  t.equal(readFileSync(join(images, 'shot.raw.zst'), 'utf8'), 'another')
  const over = await asked(t, { overwrite: true })
  writeFileSync(join(over.images, 'shot.raw.zst'), 'another')
  await over.add(0, diskPieceBytes, first)
  await over.add(diskPieceBytes, size - diskPieceBytes, second)
  t.equal((await over.land()).statusCode, 200)
})

t.test('what nobody waits for any more is removed', async t => {
  const { add, left, admin, wired, images } = await asked(t)
  await add(0, diskPieceBytes, first)
  await wired.captures.tidy()
  t.ok(
    left().some(name => /packed$/.test(`${name}`)),
    'it is at work',
  )
  await admin('POST', '/cancels', { hosts: ['node1'] })
  await wired.captures.tidy()
  t.strictSame(left(), ['.captures'])
  wired.captures.clear()
  t.notOk(existsSync(join(images, '.captures')))
})

t.test('two disks that fit are refused, and the var names one', async t => {
  const { state, why } = await asked(t, {}, { disks: [disk, other] })
  t.equal(state(), 'failed')
  t.match(why(), /DISK-1.*DISK-2/)
  const http = await startHttp(t, '', settings)
  const body = { hosts: ['node1'], capture: { image: 'shot' }, vars: { disk: '/dev/vdb' } }
  t.match((await http.admin('POST', '/installs', body)).json().results, [{ ok: true }])
  await http.ask('/boot/52:54:00:12:34:56/boot.ipxe')
  await http.say('', { payload: { event: 'ready', facts: { disks: [disk, other] } } })
  t.match((await http.ask(`/agent/${http.tokenOf('node1')}`)).body, /disk \/dev\/vdb/)
})

t.test('one host, one name, and nothing else besides', async t => {
  const http = await startHttp(t, '', settings)
  const capture = { image: 'shot' }
  for (const [body, why] of [
    [{ hosts: ['node*'], capture }, /one host is captured at a time/],
    [{ hosts: ['node1'], capture: { image: '../shot' } }, /name for an image/],
    [{ hosts: ['node1'], capture, profile: 'debian' }, /goes without `profile`/],
    [{ hosts: ['node1'], capture, erase: {} }, /body\.erase empties it/],
  ] as const) {
    const reply = await http.admin('POST', '/installs', body)
    t.equal(reply.statusCode, 400)
    t.match(reply.body, why)
  }
})

t.test('a daemon that stands by takes no disk', async t => {
  const app = fastify()
  waitForTurn(app, {
    standsBy: () => 'standing by: another one works',
    forward: () => Promise.reject(t.fail('it is too much for the database')),
  })
  const never = () => t.fail('nobody comes here')
  captureRoutes(app, { refusal: never, have: never, add: never, land: never } as never)
  for (const url of [`/captures/T?at=0&bytes=${diskPieceBytes}`, '/captures/T/whole']) {
    const reply = await app.inject({ method: 'POST', url, payload: first })
    t.match(reply, { statusCode: 503, body: 'standing by: another one works\n' })
  }
  await app.close()
})
