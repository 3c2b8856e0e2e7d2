import { truncateSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import path from 'node:path'
import t, { type Test } from 'tap'
import { createNodeWay, type SendEnd } from '../../../src/http/files/send-file.ts'
import { createSliceCache } from '../../../src/http/files/slice-cache.ts'
import { createThreadWay } from '../../../src/http/sending/thread-way.ts'
import { createSendingThreads, type SendingThreads } from '../../../src/http/sending/threads.ts'
import { makeFolder } from '../../folder.ts'
import { bodyOf, openCount, readAll, until } from '../raw-http.ts'

const MiB = 2 ** 20
const fileName = 'a file of this test'

const threads = createSendingThreads({ reportMs: 1 })
t.teardown(() => threads.close())
if (!(await threads.begun())) t.fail('threads send files here')

interface Mode {
  readonly cacheBytes: number
  readonly threads?: SendingThreads
}
const modes: Readonly<Record<string, Mode>> = {
  'from memory': { cacheBytes: 64 * MiB },
  'from the disk': { cacheBytes: 0 },
  'by a thread': { cacheBytes: 0, threads },
}

for (const [name, mode] of Object.entries(modes)) {
  t.test(`${name}: sends every byte in order, and tells how far it is`, async t => {
    const bytes = pattern(5 * MiB + 123)
    const download = await start(t, mode, bytes, { from: 100, to: bytes.length - 7 })
    const body = bodyOf(await readAll(download.client))
    t.ok(body.equals(bytes.subarray(100, -7)))
    t.equal(await download.end, 'sent')
    const last = download.progress.at(-1)
    t.strictSame(last, [bytes.length - 107, true])
    const isTold = download.progress.length > 3 || mode.threads
    t.ok(isTold, 'told on the way, since its clock runs fast')
    t.strictSame(
      download.progress.map(([sent]) => sent).toSorted((a, b) => a - b),
      sentOf(download),
    )
    await until(() => openCount(fileName) === 0)
  })

  t.test(`${name}: an empty part`, async t => {
    const download = await start(t, mode, pattern(10), { from: 4, to: 4 })
    t.equal(bodyOf(await readAll(download.client)).length, 0)
    t.strictSame(download.progress, [[0, true]])
  })

  t.test(`${name}: a slow client holds back the reading`, async t => {
    const bytes = pattern(40 * MiB)
    const download = await start(
      t,
      mode,
      bytes,
      { from: 0, to: bytes.length },
      { pauseOnConnect: true },
    )
    await until(() => download.progress.length > 0)
    await settled(() => download.progress.length)
    t.ok((download.progress.at(-1)?.[0] ?? 0) < bytes.length, 'stops before the end')
    t.equal(openCount(fileName), 1)
    download.client.resume()
    t.ok(bodyOf(await readAll(download.client)).equals(bytes))
    t.equal(await download.end, 'sent')
  })

  t.test(`${name}: a client that leaves ends the reading`, async t => {
    const bytes = pattern(40 * MiB)
    const download = await start(
      t,
      mode,
      bytes,
      { from: 0, to: bytes.length },
      { pauseOnConnect: true },
    )
    await until(() => download.progress.length > 0)
    download.client.destroy()
    t.equal(await download.end, 'client closed')
    const [sent = 0, complete] = download.progress.at(-1) ?? []
    t.ok(sent < bytes.length)
    t.equal(complete, false)
    await until(() => openCount(fileName) === 0)
  })

  t.test(`${name}: a file that shrinks cuts the connection`, async t => {
    const bytes = pattern(40 * MiB)
    const download = await start(
      t,
      mode,
      bytes,
      { from: 0, to: bytes.length },
      { pauseOnConnect: true },
    )
    await until(() => download.progress.length > 0)
    truncateSync(download.path, MiB)
    download.client.resume()
    t.ok(bodyOf(await readAll(download.client)).length < bytes.length)
    t.equal(await download.end, 'file changed')
    t.equal(download.progress.at(-1)?.[1], false)
    await until(() => openCount(fileName) === 0)
  })

  t.test(
    `${name}: a file that is written to cuts the connection: a mixture never arrives whole`,
    async t => {
      const bytes = pattern(40 * MiB)
      const download = await start(
        t,
        mode,
        bytes,
        { from: 0, to: bytes.length },
        { pauseOnConnect: true },
      )
      await until(() => download.progress.length > 0)
      const file = await open(download.path, 'r+')
      await file.write('other bytes', 39 * MiB)
      await file.close()
      download.client.resume()
      t.ok(bodyOf(await readAll(download.client)).length < bytes.length)
      t.equal(await download.end, 'file changed')
    },
  )

  // A thread has no clock of ours.
  if (mode.threads) continue
  t.test(`${name}: is told of at most every 500 ms`, async t => {
    const bytes = pattern(4 * MiB)
    const part = { from: 0, to: bytes.length }
    const download = await start(t, mode, bytes, part, {}, () => 0)
    bodyOf(await readAll(download.client))
    t.strictSame(download.progress, [[bytes.length, true]], 'only the end, when no time passes')
  })
}

interface Download {
  path: string
  client: Socket
  end: Promise<SendEnd>
  progress: [number, boolean][]
}

async function start(
  t: Test,
  { cacheBytes, threads }: Mode,
  bytes: Buffer,
  part: { from: number; to: number },
  { pauseOnConnect = false } = {},
  clock = fastClock(),
): Promise<Download> {
  const file = path.join(makeFolder(t, { [fileName]: bytes }), fileName)
  const progress: [number, boolean][] = []
  const ended = Promise.withResolvers<SendEnd>()
  const byNode = createNodeWay(createSliceCache(cacheBytes), clock)
  const way = threads ? createThreadWay(byNode, threads) : byNode
  const server = createServer(async (_, response) => {
    const headers = { 'Content-Length': String(part.to - part.from) }
    const opened = await way.open({ file }, response)
    if ('refused' in opened) throw new Error(opened.refused.code)
    const tell = (sent: number, complete: boolean) => progress.push([sent, complete])
    const sending = opened.send(response, { ...part, status: 200, headers }, tell)
    await sending.then(ended.resolve, ended.reject)
    await opened.close()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  if (pauseOnConnect) client.pause()
  client.write('GET / HTTP/1.0\r\n\r\n')
  t.teardown(() => {
    client.destroy()
    server.close()
  })
  return { path: file, client, end: ended.promise, progress }
}

function pattern(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32LE(at, at)
  return bytes
}

/** A clock on which 100 ms pass between any two looks. */
function fastClock(): () => number {
  let now = 0
  return () => {
    now += 200
    return now
  }
}

function sentOf({ progress }: Download): number[] {
  return progress.map(([sent]) => sent)
}

/** Until a number stayed the same for 200 turns of the event loop. */
async function settled(look: () => number): Promise<void> {
  for (let same = 0, last = look(); same < 200; same = look() === last ? same + 1 : 0) {
    last = look()
    await new Promise(resolve => setImmediate(resolve))
  }
}
