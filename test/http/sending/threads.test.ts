import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import path from 'node:path'
import t, { type Test } from 'tap'
import { createSendingThreads, type SendingThreads } from '../../../src/http/sending/threads.ts'
import { makeFolder } from '../../folder.ts'
import { openCount, until } from '../raw-http.ts'

const size = 40 * 2 ** 20
const whole = { from: 0, to: size }
const fileName = 'an image of this test'
const folder = makeFolder(t, { [fileName]: Buffer.alloc(size, 'image ') })

/** Both ends of a connection on which nobody reads. */
async function pair(t: Test): Promise<{ near: Socket; far: Socket }> {
  const server = createServer({ pauseOnConnect: true })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const accepted = new Promise<Socket>(resolve => server.once('connection', resolve))
  const far = connect((server.address() as AddressInfo).port, '127.0.0.1').pause()
  const near = await accepted
  t.teardown(() => {
    for (const socket of [near, far]) socket.destroy()
    server.close()
  })
  return { near, far }
}

function descriptorOf(socket: Socket): number {
  return (socket as unknown as { _handle: { fd: number } })._handle.fd
}

async function begin(t: Test): Promise<SendingThreads> {
  const threads = createSendingThreads({ reportMs: 1 })
  t.teardown(() => threads.close())
  if (!(await threads.begun())) t.fail('threads send files here')
  return threads
}

async function open(threads: SendingThreads) {
  const file = await threads.open({ file: path.join(folder, fileName) })
  if ('refused' in file) throw new Error(file.refused.code)
  return file
}

t.test('threads that stop end what they send, and what is only open', async t => {
  const threads = await begin(t)
  const { near } = await pair(t)
  const file = await open(threads)
  const idle = await open(threads)
  t.equal(file.status.size, BigInt(size))
  const moved = Promise.withResolvers<number>()
  const ended = file.send(descriptorOf(near), whole, moved.resolve)
  t.ok((await moved.promise) < size)
  await threads.close()
  t.match(await ended, { end: 'client closed' })
  t.notOk(threads.areReady(), 'nothing is taken any more')
  t.equal(openCount(fileName), 0)
  const late = await idle.send(descriptorOf(near), whole, () => {})
  t.strictSame(late, { bytes: 0, end: 'client closed' })
})

t.test('a socket may be closed at any time: the thread has one of its own', async t => {
  const threads = await begin(t)
  const { near, far } = await pair(t)
  const ended = (await open(threads)).send(descriptorOf(near), whole, () => {})
  await new Promise(resolve => near.once('close', resolve).destroy())
  let bytes = 0
  far.on('data', chunk => {
    bytes += chunk.length
  })
  const closed = new Promise(resolve => far.once('close', resolve))
  far.resume()
  t.strictSame(await ended, { bytes: size, end: 'sent' })
  await closed
  t.equal(bytes, size)
  t.equal(openCount(fileName), 0)
})

t.test('what is cut before it is sent is closed, and takes no socket', async t => {
  const threads = await begin(t)
  const { near } = await pair(t)
  const file = await open(threads)
  file.cut()
  t.match(await file.send(descriptorOf(near), whole, () => {}), { end: 'client closed' })
  await until(() => openCount(fileName) === 0)
  file.cut()
})

t.test('what cannot be opened says why', async t => {
  const threads = await begin(t)
  // Threads alone do not keep a program alive.
  await pair(t)
  const missing = { refused: { code: 'file-missing' } }
  t.strictSame(await threads.open({ file: path.join(folder, 'none') }), missing)
  const nul = threads.open({ file: 'nul\0' })
  await t.rejects(nul, { code: 'ERR_INVALID_ARG_VALUE' })
})

t.test('where no system calls can be made there are none, and it is told once', async t => {
  const why: string[] = []
  const threads = createSendingThreads({
    reportMs: 1,
    without: text => why.push(text),
    calls() {
      throw new Error('Cannot find module koffi\nRequire stack')
    },
  })
  t.equal(threads.areReady(), false)
  t.equal(await threads.begun(), false)
  t.strictSame(why, ['Cannot find module koffi'])
  await threads.close()
})
