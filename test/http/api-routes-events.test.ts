import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { startHttp, token } from './daemon.ts'
import { until } from './raw-http.ts'

interface Line {
  readonly id: number
  readonly text: string
}

type Memory = Awaited<ReturnType<typeof startHttp>>['memory']

function record(memory: Memory, line: string, host = 'node1'): void {
  memory.record({ host, kind: 'output', code: 'line', data: { callback: 'a', line } })
}

t.test('the list of events: all, of a host, after an id, a few', async t => {
  const { admin, memory } = await startHttp(t)
  for (let n = 1; n <= 6; n++) record(memory, `line ${n}`, n % 2 ? 'node1' : 'node2')
  const list = async (query = '') =>
    ((await admin('GET', `/events${query}`)).json().events as Line[]).map(({ text }) => text)
  t.equal((await list()).length, 6)
  t.strictSame(await list('?host=node1'), ['line 1', 'line 3', 'line 5'])
  t.strictSame(await list('?after=4'), ['line 5', 'line 6'])
  t.strictSame(await list('?after=0&limit=2'), ['line 1', 'line 2'])
  t.strictSame(await list('?limit=2'), ['line 5', 'line 6'], 'the newest, oldest first')
  t.strictSame(await list('?host=nobody'), [])
  t.strictSame(await list('?after=99'), [])
})

t.test('a limit counts the lines of the kinds that are wanted, after an id too', async t => {
  const { admin, memory } = await startHttp(t)
  for (let n = 1; n <= 6; n++) {
    record(memory, `line ${n}`)
    memory.record({ host: 'node1', kind: 'file', code: 'burnt', data: { name: `file${n}` } })
  }
  const list = async (query: string) =>
    ((await admin('GET', `/events${query}`)).json().events as { id: number; kind: string }[]).map(
      ({ id, kind }) => `${id} ${kind}`,
    )
  t.strictSame(await list('?after=0&kind=file&limit=3'), ['2 file', '4 file', '6 file'])
  t.strictSame(await list('?after=6&kind=file&limit=2'), ['8 file', '10 file'])
  t.strictSame(await list('?after=2&before=9&kind=file&kind=output'), [
    ...['3 output', '4 file', '5 output', '6 file', '7 output', '8 file'],
  ])
  t.strictSame(await list('?kind=output&limit=2'), ['9 output', '11 output'])
})

t.test('a query that means nothing is 400', async t => {
  const { admin } = await startHttp(t)
  t.match((await admin('GET', '/events?limit=10000')).json(), {
    status: 400,
    detail: 'query.limit is to be a number from 1 to 9999, not "10000"',
  })
  for (const query of ['?after=-1', '?after=x', '?limit=0', '?limit=10001', '?limit=1.5'])
    t.equal((await admin('GET', `/events${query}`)).statusCode, 400, query)
})

/** Follows the stream until `count` events came; `heard` is told how many there are so far. */
async function follow(
  url: string,
  count: number,
  lastEventId?: string,
  heard: (count: number) => void = () => {},
): Promise<{ status: number; type: string | null; ids: string[]; texts: string[] }> {
  const leave = new AbortController()
  const reply = await fetch(url, {
    signal: leave.signal,
    headers: {
      Authorization: `Bearer ${token}`,
      Accept: 'text/event-stream',
      ...(lastEventId !== undefined && { 'Last-Event-ID': lastEventId }),
    },
  })
  let all = ''
  let blocks: string[] = []
  for await (const piece of reply.body ?? []) {
    all += Buffer.from(piece).toString('utf8')
    blocks = all.split('\n\n').slice(0, -1)
    heard(blocks.length)
    if (blocks.length >= count) break
  }
  leave.abort()
  const lines = blocks.map(block => block.split('\n'))
  const events = lines.map(([, data]) => JSON.parse(data?.replace(/^data: /, '') ?? '{}') as Line)
  return {
    status: reply.status,
    type: reply.headers.get('content-type'),
    ids: lines.map(([id], index) => (id === `id: ${events[index]?.id}` ? 'right' : `${id}`)),
    texts: events.map(({ text }) => text),
  }
}

t.test('the stream tells what was, then what comes, and goes on after Last-Event-ID', async t => {
  const { app, memory } = await startHttp(t)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/api/v1/events`
  const say = (line: string, host?: string) => record(memory, line, host)
  say('one')
  say('two', 'node2')
  say('three')

  const whole = await follow(url, 5, undefined, heard => {
    if (heard === 3) say('four')
    if (heard === 4) say('five')
  })
  t.strictSame(whole, {
    ...{ status: 200, type: 'text/event-stream', ids: Array(5).fill('right') },
    texts: ['one', 'two', 'three', 'four', 'five'],
  })
  const texts = async (...how: Parameters<typeof follow>) => (await follow(...how)).texts
  t.strictSame(await texts(`${url}?after=1`, 2, '3'), ['four', 'five'], 'Last-Event-ID wins')
  t.strictSame(await texts(`${url}?host=node2`, 1), ['two'])
  t.strictSame(await texts(`${url}?after=4`, 1, 'nonsense'), ['five'])
  t.strictSame(
    await texts(`${url}?host=node2`, 2, undefined, heard => {
      if (heard !== 1) return
      say('not for node2')
      say('six', 'node2')
    }),
    ['two', 'six'],
  )
})

t.test('the stream is for the admin alone', async t => {
  const { app } = await startHttp(t)
  const reply = await app.inject({
    ...{ url: '/api/v1/events', remoteAddress: '127.0.0.1' },
    headers: { accept: 'text/event-stream' },
  })
  t.equal(reply.statusCode, 401)
})

/** Opens a stream of events, which reads no further than its head. */
async function openStream(t: Test, port: number, query = '', localAddress = '127.0.0.1') {
  const socket = connect({ port, host: '127.0.0.1', localAddress })
  t.teardown(() => socket.destroy())
  socket.write(
    `GET /api/v1/events${query} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nAuthorization: Bearer ${token}\r\n\r\n`,
  )
  const [head] = await once(socket, 'data')
  socket.pause()
  return { socket, status: `${head}`.slice(9, 12) }
}

t.test('who follows and does not read is let go, and nobody has all the streams', async t => {
  const { app, memory } = await startHttp(t)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const open = () => openStream(t, port)
  const ours = new Set<Socket>()
  app.server.on('connection', socket => ours.add(socket))
  const streams = await Promise.all(Array.from({ length: 32 }, open))
  t.strictSame(new Set(streams.map(({ status }) => status)), new Set(['200']))
  const refused = await open()
  t.equal(refused.status, '429', 'the 33rd of one address')
  for (const { socket } of [...streams.slice(1), refused]) socket.destroy()
  const alive = () => [...ours].filter(socket => !socket.destroyed)
  await until(() => alive().length === 1)

  const line = 'x'.repeat(20_000)
  let most = 0
  // The kernel takes some megabytes before anything waits here.
  for (let n = 0; n < 3000 && alive().length > 0; n++) {
    record(memory, `${n} ${line}`)
    most = Math.max(most, ...alive().map(socket => socket.writableLength))
    await new Promise(resolve => setImmediate(resolve))
  }
  t.equal(alive().length, 0, 'the reader that does not read')
  t.ok(most < 400_000, 'what waits for it is bounded', { most })
})

t.test('whoever asks for all that was and does not read: a page of it waits', async t => {
  const { app, memory } = await startHttp(t)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  // More than the kernel takes for a socket.
  const line = 'x'.repeat(2200)
  for (let n = 0; n < 6000; n++) record(memory, `${n} ${line}`, `node${n % 10}`)
  const ours = new Set<Socket>()
  app.server.on('connection', socket => ours.add(socket))
  const { socket, status } = await openStream(t, port, '?after=0&live=true')
  const [one] = ours
  if (!one) throw new Error('unreachable')
  t.equal(status, '200')
  await until(() => one.writableNeedDrain)
  t.ok(one.writableLength < 400_000, 'a page at most', { waits: one.writableLength })
  t.notOk(one.destroyed, 'who is slow is not cut off')
  let heard = ''
  socket.on('data', text => {
    heard = `${heard}${text}`.slice(-9000)
  })
  socket.resume()
  await until(() => heard.includes('5999 xxx'))
  t.pass('and gets the rest when it reads on')
})

t.test('streams of all together are bounded', async t => {
  const { app } = await startHttp(t)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const from = (n: number) => `127.0.0.${1 + (n % 10)}`
  const streams = await Promise.all(
    Array.from({ length: 300 }, (_, n) => openStream(t, port, '?live=true', from(n))),
  )
  const given = streams.filter(({ status }) => status === '200')
  t.ok(given.length >= 256, `${given.length} of 300 were given one`)
  for (const { socket } of streams) socket.resume()
  // Who came when all were taken had one of an address with more of them, or none.
  await until(() => given.filter(({ socket }) => !socket.destroyed).length === 256)
})
