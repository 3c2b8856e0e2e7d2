import { execFileSync, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { run } from '../../../src/cli/local/import.ts'
import { fakeIo } from '../fake.ts'

const image = Buffer.concat([randomBytes(1024 * 1024), Buffer.alloc(3 * 1024 * 1024)])
const xz = (bytes: Buffer) => execFileSync('xz', ['-0', '-c'], { input: bytes, maxBuffer: 2 ** 24 })
/** As pzstd makes them, and captures are. */
const twoFrames = (bytes: Buffer) =>
  Buffer.concat([bytes.subarray(0, 1000), bytes.subarray(1000)].map(part => zstdCompressSync(part)))
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

function place(t: Test) {
  const { io, dir, out, err } = fakeIo(t, 'http://127.0.0.1:1', {})
  const images = join(dir, 'assets/images')
  const bring = (file: string, bytes: Buffer) => {
    writeFileSync(join(dir, file), bytes)
    return run([join(dir, file), 'golden', '--assets', join(dir, 'assets')], io)
  }
  const measure = (name: string) => JSON.parse(readFileSync(join(images, `${name}.json`), 'utf8'))
  return { dir, images, bring, measure, out, err }
}

t.test('a raw image is packed, and measured', async t => {
  const { images, bring, measure, out, err } = place(t)
  t.equal(await bring('disk.img', image), 0, err())
  const packed = readFileSync(join(images, 'golden.raw.zst'))
  t.ok(zstdDecompressSync(packed).equals(image))
  t.strictSame(measure('golden.raw.zst'), {
    ...{ bytes: image.length, sha256: sha256(image) },
    packed: { bytes: packed.length, sha256: sha256(packed) },
  })
  t.match(out(), `golden.raw.zst: 4.2 MB unpacked, sha256 ${sha256(image)}\n`)
  t.match(out(), / {2}golden:\n {4}image: images\/golden\.raw\.zst\n$/)
})

t.test('one that is packed stays as it is, and is measured', async t => {
  for (const [ending, pack] of [
    ['gz', gzipSync],
    ['zst', zstdCompressSync],
    ['zst', twoFrames],
    ['xz', xz],
  ] as const) {
    const { images, bring, measure, err } = place(t)
    const packed = pack(image)
    t.equal(await bring(`disk.raw.${ending}`, packed), 0, err())
    t.ok(readFileSync(join(images, `golden.raw.${ending}`)).equals(packed))
    t.match(measure(`golden.raw.${ending}`), { bytes: image.length, sha256: sha256(image) })
  }
})

t.test('what is broken or none changes nothing', async t => {
  const cut = (bytes: Buffer) => bytes.subarray(0, bytes.length - 100)
  const cases = [
    [
      'disk.raw.gz',
      cut(gzipSync(image)),
      /disk\.raw\.gz cannot be unpacked: .*; nothing was changed/,
    ],
    ['disk.raw.xz', cut(xz(image)), /cannot be unpacked: .*xz/],
    ['disk.raw.zst', Buffer.from('no zstd'), /cannot be unpacked/],
    ['disk.raw', Buffer.from('short'), /is no image of a disk: it has 5 bytes/],
    ['disk.raw.gz', gzipSync('short'), /is no image of a disk: it has 5 bytes/],
  ] as const
  const { images, bring, err } = place(t)
  t.equal(await bring('disk.raw.gz', gzipSync(image)), 0)
  const before = readdirSync(images).map(name => sha256(readFileSync(join(images, name))))
  for (const [file, bytes, why] of cases) {
    t.equal(await bring(file, bytes), 1, file)
    t.match(err(), why)
    t.strictSame(
      readdirSync(images).map(name => sha256(readFileSync(join(images, name)))),
      before,
    )
  }
})

const skip = spawnSync('qemu-img', ['--version']).error ? 'there is no qemu-img here' : false

t.test('qcow2 is converted', { skip }, async t => {
  const { dir, images, bring, measure, err } = place(t)
  mkdirSync(join(dir, 'q'))
  const raw = join(dir, 'q/a.raw')
  const to = join(dir, 'q/a.qcow2')
  writeFileSync(raw, image)
  execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', raw, to])
  t.equal(await bring('any-name', readFileSync(to)), 0, err())
  t.match(measure('golden.raw.zst'), { bytes: image.length, sha256: sha256(image) })
  const over = join(dir, 'q/over.qcow2')
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-b', '/etc/passwd', '-F', 'raw', over])
  t.equal(await bring('over.qcow2', readFileSync(over)), 1)
  t.match(err(), /is not whole: it is encrypted, or has parts in other files/)
  t.notOk(existsSync(join(images, '.partial')))
})

t.test('qcow2 without qemu-img says how to get it', { skip: !skip }, async t => {
  const { bring, err } = place(t)
  t.equal(await bring('a.qcow2', Buffer.from('QFI\xfb....', 'latin1')), 1)
  t.match(err(), /converted by qemu-img, which is not here: sudo apt-get install .*qemu-utils/)
})
