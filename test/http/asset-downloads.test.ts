import { renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { connect } from 'node:net'
import path from 'node:path'
import t from 'tap'
import { makeFolder } from '../folder.ts'
import { startAssets } from './asset-server.ts'
import { ask, bodyOf, openCount, readAll, until } from './raw-http.ts'

const MiB = 2 ** 20
const folder = makeFolder(t, { 'linux.efi': 'kernel', 'new.ipxe': '#!ipxe' })
const at = (name: string) => path.join(folder, name)
const { port, sent } = await startAssets(t, { assets: { folder, allowedRoots: [] } })

t.test('the last bytes of a file of 20 GiB', async t => {
  const size = 20 * 2 ** 30
  const file = await open(at('image.img'), 'w')
  await file.write('the end', size - 7)
  await file.close()
  const head = await ask(port, 'HEAD /assets/image.img HTTP/1.0')
  t.match(head, `\r\nContent-Length: ${size}\r\n`)
  t.match(head, '\r\nContent-Type: application/vnd.efi-img\r\n')
  const reply = await ask(port, 'GET /assets/image.img HTTP/1.0', `Range: bytes=${size - 7}-`)
  t.match(reply, `\r\nContent-Range: bytes ${size - 7}-${size - 1}/${size}\r\n`)
  t.equal(bodyOf(reply), 'the end')
  t.match(await ask(port, 'GET /assets/image.img HTTP/1.0', `Range: bytes=${size}-`), ' 416 ')
})

t.test('a client that leaves in the middle leaves no file open', async t => {
  sent.length = 0
  const socket = connect(port, '127.0.0.1')
  socket.write('GET /assets/image.img HTTP/1.0\r\n\r\n')
  await new Promise(resolve => socket.once('data', resolve))
  t.equal(openCount('image.img'), 1)
  socket.destroy()
  await until(() => openCount('image.img') === 0)
  await until(() => sent.length > 0)
  t.match(sent.at(-1), { path: at('image.img'), complete: false })
})

t.test('a file replaced while it goes out is delivered whole in its old version', async t => {
  const old = Buffer.alloc(32 * MiB, 'old ')
  writeFileSync(at('replaced'), old)
  const socket = connect(port, '127.0.0.1')
  socket.write('GET /assets/replaced HTTP/1.0\r\n\r\n')
  await new Promise(resolve => socket.once('readable', resolve))
  writeFileSync(at('replacement'), Buffer.alloc(32 * MiB, 'new '))
  renameSync(at('replacement'), at('replaced'))
  const reply = await readAll(socket)
  t.ok(bodyOf(reply).equals(old))
  t.match(await ask(port, 'GET /assets/replaced HTTP/1.0', 'Range: bytes=0-3'), /new $/)
})

t.test('a symlink that is turned serves another version under another ETag', async t => {
  const etag = async () =>
    /ETag: ("[^"]*")/.exec(await ask(port, 'HEAD /assets/turn HTTP/1.0'))?.[1]
  symlinkSync('linux.efi', at('turn'))
  const before = await etag()
  symlinkSync('new.ipxe', at('turn2'))
  renameSync(at('turn2'), at('turn'))
  t.not(await etag(), before)
})

t.test('a client that leaves with a second request waiting leaves no file open', async t => {
  const socket = connect(port, '127.0.0.1')
  const request = 'GET /assets/image.img HTTP/1.1\r\nHost: x\r\n\r\n'
  socket.write(request + request)
  await until(() => openCount('image.img') === 2)
  socket.destroy()
  await until(() => openCount('image.img') === 0)
  await until(() => sent.filter(({ complete }) => !complete).length >= 2)
  t.pass()
})

t.test('many who begin at once begin one after the other, and leave time for others', async t => {
  const begun: (() => void)[] = []
  const turn = () => new Promise<void>(resolve => begun.push(resolve))
  const { port, sent } = await startAssets(t, { assets: { folder, allowedRoots: [] }, turn })
  const asked = [1, 2, 3].map(() => ask(port, 'GET /assets/new.ipxe HTTP/1.0'))
  await until(() => begun.length === asked.length)
  t.equal(sent.length, 0, 'nobody has begun')
  for (const [n, begin] of begun.entries()) {
    begin()
    await until(() => sent.length === n + 1)
  }
  for (const reply of await Promise.all(asked)) t.equal(bodyOf(reply), '#!ipxe')
})
