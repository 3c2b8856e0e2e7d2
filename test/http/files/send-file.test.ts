import { truncateSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import path from 'node:path'
import t, { type Test } from 'tap'
import { createSender, type SendEnd } from '../../../src/http/files/send-file.ts'
import { createSliceCache } from '../../../src/http/files/slice-cache.ts'
import { makeFolder } from '../../folder.ts'
import { bodyOf, openCount, readAll, until } from '../raw-http.ts'

const MiB = 2 ** 20
const fileName = 'a file of this test'

for (const [mode, cacheBytes] of [
  ['from memory', 64 * MiB],
  ['from the disk', 0],
] as const) {
  t.test(`${mode}: sends every byte in order, and tells how far it is`, async t => {
    const bytes = pattern(5 * MiB + 123)
    const download = await start(t, cacheBytes, bytes, { from: 100, to: bytes.length - 7 })
    const body = bodyOf(await readAll(download.client))
    t.ok(body.equals(bytes.subarray(100, -7)))
    t.equal(await download.end, 'sent')
    const last = download.progress.at(-1)
    t.strictSame(last, [bytes.length - 107, true])
    t.ok(download.progress.length > 3, 'told on the way, since its clock runs fast')
    t.strictSame(
      download.progress.map(([sent]) => sent).toSorted((a, b) => a - b),
      sentOf(download),
    )
    await until(() => openCount(fileName) === 0)
  })

  t.test(`${mode}: an empty part`, async t => {
    const download = await start(t, cacheBytes, pattern(10), { from: 4, to: 4 })
    t.equal(bodyOf(await readAll(download.client)).length, 0)
    t.strictSame(download.progress, [[0, true]])
  })

  t.test(`${mode}: a slow client holds back the reading`, async t => {
    const bytes = pattern(40 * MiB)
    const download = await start(
      t,
      cacheBytes,
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

  t.test(`${mode}: a client that leaves ends the reading`, async t => {
    const bytes = pattern(40 * MiB)
    const download = await start(
      t,
      cacheBytes,
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

  t.test(`${mode}: a file that shrinks cuts the connection`, async t => {
    const bytes = pattern(40 * MiB)
    const download = await start(
      t,
      cacheBytes,
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
    `${mode}: a file that is written to cuts the connection: a mixture never arrives whole`,
    async t => {
      const bytes = pattern(40 * MiB)
      const download = await start(
        t,
        cacheBytes,
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

  t.test(`${mode}: is told of at most every 500 ms`, async t => {
    const bytes = pattern(4 * MiB)
    const part = { from: 0, to: bytes.length }
    const download = await start(t, cacheBytes, bytes, part, {}, () => 0)
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
  cacheBytes: number,
  bytes: Buffer,
  part: { from: number; to: number },
  { pauseOnConnect = false } = {},
  clock = fastClock(),
): Promise<Download> {
  const file = path.join(makeFolder(t, { [fileName]: bytes }), fileName)
  const progress: [number, boolean][] = []
  const ended = Promise.withResolvers<SendEnd>()
  const sender = createSender(createSliceCache(cacheBytes), clock)
  const server = createServer(async (_, response) => {
    const headers = { 'Content-Length': String(part.to - part.from) }
    await using handle = await open(file)
    const keyNow = async () => {
      const { size, mtimeNs } = await handle.stat({ bigint: true })
      return `${size} ${mtimeNs}`
    }
    const version = { key: await keyNow(), size: bytes.length }
    const answer = { file: handle, version, keyNow, ...part, status: 200, headers }
    const tell = (sent: number, complete: boolean) => progress.push([sent, complete])
    await sender.send(response, answer, tell).then(ended.resolve, ended.reject)
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
