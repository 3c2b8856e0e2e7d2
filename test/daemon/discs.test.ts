import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import type { Config } from '../../src/config/config.ts'
import { createDiscs, type DiscError } from '../../src/daemon/discs.ts'
import { makeFolder } from '../folder.ts'
import { initrd, makeDisc } from '../system/disc.ts'
import { bzImage } from '../system/media-files.ts'
import { until } from './daemon.ts'

const live = {
  'live/vmlinuz-6.1': bzImage('6.1.0-live'),
  'live/initrd.img-6.1': initrd,
  'live/filesystem.squashfs': Buffer.alloc(300_000, 'hsqs'),
}

function setUp(t: Test, more: Omit<Parameters<typeof createDiscs>[0], 'config' | 'log'> = {}) {
  const folder = makeFolder(t, { assets: {}, data: { discs: { old: { 'old.iso': 'half' } } } })
  const config = { dataDir: join(folder, 'data'), assets: join(folder, 'assets') }
  const log = { info: () => undefined, warn: () => undefined }
  const discs = createDiscs({ config: () => config as Config, log: log as never, ...more })
  t.teardown(() => discs.close())
  const bytes = readFileSync(makeDisc(folder, live))
  const offer = { name: 'live', file: 'live.iso', bytes: bytes.length, replace: false }
  const add = (from: number, to?: number, name = 'live') =>
    discs.add(name, from, Readable.from([bytes.subarray(from, to)]))
  const row = () => discs.list()[0]
  const over = (state: string) => until(`the state ${state}`, () => row()?.state === state)
  return {
    ...{ discs, folder, bytes, offer, add, row, over },
    images: join(folder, 'assets/images'),
    arrived: join(folder, 'data/discs'),
  }
}

t.test('piece by piece, taken apart, with its profile', async t => {
  const { discs, offer, bytes, add, row, over, images, arrived } = setUp(t)
  t.notOk(existsSync(arrived), 'what an earlier daemon left is gone')
  t.match(discs.begin(offer), { state: 'arriving', done: 0, total: bytes.length })
  t.throws(() => discs.begin(offer), /a disc is on its way to live already/)
  t.match(await add(0, 100_000), { done: 100_000 })
  await t.rejects(add(0, 10), /of the disc of live 100000 bytes are here: go on there/)
  await add(100_000)
  await over('done')
  t.same(readFileSync(join(images, 'live/vmlinuz-6.1')), live['live/vmlinuz-6.1'])
  t.same(readFileSync(join(images, 'live/filesystem.squashfs')), live['live/filesystem.squashfs'])
  t.match(
    row()?.profile,
    /^ {2}live:\n {4}# Debian live, .*\n {4}kernel: images\/live\/vmlinuz-6.1/,
  )
  t.strictSame(readdirSync(arrived), [], 'the disc itself is not kept')
  t.throws(
    () => discs.begin(offer),
    /there is an image live already: take another name, or replace/,
  )
  t.match(discs.begin({ ...offer, replace: true }), { state: 'arriving' })
  t.ok(await discs.cancel('live'))
  t.strictSame([discs.list(), readdirSync(arrived)], [[], []])
  t.ok(existsSync(join(images, 'live/vmlinuz-6.1')), 'the image before stays')
})

t.test('a piece that is cut leaves nothing of itself, and is sent again', async t => {
  const { discs, offer, bytes, add, over } = setUp(t)
  discs.begin(offer)
  await add(0, 50_000)
  const cut = new Readable({ read: () => undefined })
  const adding = discs.add('live', 50_000, cut)
  cut.push(Buffer.alloc(70_000, 'rubbish'))
  await t.rejects(add(50_000), /another piece of the disc of live is on its way/)
  cut.destroy(new Error('the connection was lost'))
  await t.rejects(adding, /a piece of live.iso did not arrive whole/)
  t.match(discs.list()[0], { done: 50_000, total: bytes.length })
  await add(50_000)
  await over('done')
})

t.test('what cannot be had', async t => {
  const { discs, offer, bytes, images, folder } = setUp(t, { free: () => 200_000_000 })
  const rows: readonly [object, RegExp][] = [
    [{ bytes: 2 ** 40 }, /live\.iso has more than 17\.2 GB/],
    [{ bytes: 100_000_000 }, /has 100 MB, and on the disk of .*discs is place for 66 MB/],
  ]
  for (const [wrong, says] of rows) t.throws(() => discs.begin({ ...offer, ...wrong }), says)
  mkdirSync(join(images, 'mine'), { recursive: true })
  writeFileSync(join(images, 'mine/linux'), bzImage('1'))
  t.throws(() => discs.begin({ ...offer, name: 'mine' }), /there is an image mine already/)
  discs.begin({ ...offer, name: 'one' })
  discs.begin({ ...offer, name: 'two' })
  t.throws(() => discs.begin(offer), /the discs of one and two are on their way; wait for one/)
  const more = Readable.from([bytes, Buffer.from('x')])
  await t.rejects(discs.add('one', 0, more), /live\.iso is longer than was said/)
  const none = Readable.from([Buffer.alloc(40_000)])
  await t.rejects(discs.add('two', 0, none), /live\.iso is no disc: it does not begin like an ISO/)
  await t.rejects(discs.add('three', 0, none), { found: false } as DiscError)
  t.notOk(await discs.cancel('three'))
  t.strictSame(readdirSync(join(folder, 'data/discs/one')).length, 1)
})

t.test('a disc that is known of no distribution, or not whole', async t => {
  const { discs, folder, row, over, images, arrived } = setUp(t)
  const offer = { name: 'odd', file: 'odd.iso', replace: false }
  const odd = readFileSync(makeDisc(join(folder, 'odd'), { readme: Buffer.from('hello') }))
  discs.begin({ ...offer, bytes: odd.length })
  await discs.add('odd', 0, Readable.from([odd]))
  await over('failed')
  t.match(row()?.problem, /^odd\.iso is laid out like no distribution that is known here/)
  const half = readFileSync(join(folder, 'disc.iso')).subarray(0, 200_000)
  discs.begin({ ...offer, bytes: half.length })
  await discs.add('odd', 0, Readable.from([half]))
  await until('it has failed', () => row()?.state === 'failed' && row()?.total !== odd.length)
  t.match(row()?.problem, /of odd\.iso cannot be read|odd\.iso cannot be read/)
  t.notOk(existsSync(join(images, 'odd')))
  await until('nothing is left', () => readdirSync(arrived).length === 0)
})

t.test('cancelled while a piece arrives; given up when nothing comes', async t => {
  const { discs, offer, arrived } = setUp(t, { patience: 1 })
  discs.begin(offer)
  const slow = new Readable({ read: () => undefined })
  const adding = t.rejects(discs.add('live', 0, slow), /did not arrive whole/)
  slow.push(Buffer.alloc(100))
  t.ok(await discs.cancel('live'))
  await adding
  t.strictSame([discs.list(), readdirSync(arrived)], [[], []])
  discs.begin(offer)
  await until('it was given up', () => discs.list()[0]?.state === 'failed')
  t.match(discs.list()[0]?.problem, 'no more of it came')
})
