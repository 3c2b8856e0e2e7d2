import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import t from 'tap'
import { diskPieceBytes } from '../../src/boot/capture.ts'
import { http, openDhcpWire } from './client.ts'
import { startDaemon } from './daemon.ts'
import { ask, makeMachine, show } from './machine.ts'
import { mac1 } from './settings.ts'

const size = diskPieceBytes + 3 * 1024 * 1024
const disk = Buffer.alloc(size, 'of a disk ')
const pieces = [disk.subarray(0, diskPieceBytes), disk.subarray(diskPieceBytes)].map(piece => ({
  bytes: piece.length,
  packed: zstdCompressSync(piece),
}))
const [first, second] = pieces

t.test('a daemon that dies in the middle has nothing of a disk, and takes it anew', async t => {
  const daemon = await startDaemon(t)
  const images = join(daemon.folder, 'assets/images')
  for (const file of ['linux', 'initrd', 'writer']) {
    daemon.write(`assets/images/agent/${file}`, file)
  }
  const machine = makeMachine(daemon, await openDhcpWire(t, daemon.ports), mac1)
  await ask(daemon, 'node1', { capture: { image: 'shot' } })
  await machine.lease()
  await machine.script()
  const disks = [{ name: '/dev/vda', size, serial: null, bus: 'virtio' }]
  t.equal((await machine.phoneHome('ready', { facts: { disks } })).status, 204)
  const path = `/captures/${machine.token()}`
  const post = (query: string, body: Buffer | string) =>
    http(daemon.ports.http, `${path}${query}`, { method: 'POST', from: machine.address(), body })
  const add = (at: number, piece = first) =>
    post(`?at=${at}&bytes=${piece?.bytes}`, piece?.packed ?? '')
  const have = async () =>
    (await http(daemon.ports.http, path, { from: machine.address() })).text.trim()
  const partial = join(images, '.captures')

  t.strictSame(await add(0), { status: 200, text: `have ${diskPieceBytes}\n` })
  t.equal(readdirSync(partial).length, 1)
  await daemon.kill()
  await daemon.start()
  t.notOk(existsSync(partial), 'what it had is gone')
  t.equal(await have(), 'have 0')
  t.equal((await add(diskPieceBytes, second)).status, 409)
  await add(0)
  await add(diskPieceBytes, second)
  const sha256 = createHash('sha256').update(disk).digest('hex')
  const landed = await post(`/whole?bytes=${size}&sha256=${sha256}`, '')
  t.strictSame(landed, { status: 200, text: `have ${size}\n` })
  await daemon.kill()
  await daemon.start()
  t.equal(await have(), `have ${size}`, 'it knows that it is whole')
  t.equal((await machine.phoneHome('done')).status, 204)
  t.match((await show(daemon, 'node1')).host, { state: 'installed', why: /captured: / })
  const packed = readFileSync(join(images, 'shot.raw.zst'))
  t.ok(packed.equals(Buffer.concat(pieces.map(piece => piece.packed))))
})
