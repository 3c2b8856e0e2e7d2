import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import t from 'tap'
import { diskImage, mebibyte, runWriter, tableOf } from './writer-run.ts'

const seed = {
  'user-data': '#cloud-config\n',
  'meta-data': 'instance-id: x\n',
  'network-config': 'version: 2\n',
}

/** Whether nothing of this disk can boot: both its ends are empty. */
const isBlank = (bytes: Buffer) =>
  [bytes.subarray(0, mebibyte), bytes.subarray(-mebibyte)].every(end =>
    end.equals(Buffer.alloc(mebibyte)),
  )

const isUntouched = (bytes: Buffer) => bytes.equals(Buffer.alloc(bytes.length, 'old'))

for (const [packing, pack] of [
  ['raw', undefined],
  ['gz', gzipSync],
  ['zst', zstdCompressSync],
  [
    'xz',
    (bytes: Buffer) => spawnSync('xz', ['-0', '-c'], { input: bytes, maxBuffer: 2 ** 26 }).stdout,
  ],
] as const) {
  t.test(`an image is written, ${packing}, and its last partition grows`, async t => {
    const image = diskImage(t, 'gpt')
    const { code, failed, disk, screen } = await runWriter(t, {
      image,
      ...(pack && { packed: pack(image) }),
      order: { packing },
    })
    t.equal(code, 0, `${failed} ${screen}`)
    const written = readFileSync(disk)
    t.ok(written.subarray(mebibyte, 5 * mebibyte).equals(image.subarray(mebibyte, 5 * mebibyte)))
    const { sound, dump } = tableOf(disk)
    t.ok(sound, dump)
    t.match(dump, /vda2 : start= *6144, size= *\d{5}, type=0FC63DAF/)
    const [, size] = /start= *6144, size= *(\d+)/.exec(dump) ?? []
    t.ok(Number(size) > 25_000, `${size} sectors`)
  })
}

t.test('a seed lies behind the last partition, with its label and files', async t => {
  for (const label of ['gpt', 'dos'] as const) {
    const { code, failed, disk } = await runWriter(t, { image: diskImage(t, label), seed })
    t.equal(code, 0, `${failed}`)
    const { dump } = tableOf(disk)
    const [, start] = /vda3 : start= *(\d+), size= *8192/.exec(dump) ?? []
    const at = `${disk}@@${Number(start) * 512}`
    const [, from, size] = /vda2 : start= *(\d+), size= *(\d+)/.exec(dump) ?? []
    t.equal(Number(from) + Number(size), Number(start), 'the partition before ends where it begins')
    const show = (...args: string[]) => spawnSync('mtools', args, { encoding: 'utf8' }).stdout
    for (const [name, text] of Object.entries(seed)) {
      t.equal(show('-c', 'mtype', '-i', at, `::${name}`), text, name)
    }
    t.match(show('-c', 'mdir', '-i', at, '::'), /CIDATA/)
  }
})

t.test('an image that has the size of the disk is the disk', async t => {
  const image = diskImage(t, 'gpt')
  const { code, failed, disk } = await runWriter(t, { image, diskBytes: image.length })
  t.equal(code, 0, `${failed}`)
  t.ok(tableOf(disk).sound)
  t.ok(readFileSync(disk).subarray(mebibyte, -16896).equals(image.subarray(mebibyte, -16896)))
})

t.test('an image without a partition table is written as it is', async t => {
  const image = diskImage(t, 'none')
  const { code, failed, disk } = await runWriter(t, { image })
  t.equal(code, 0, `${failed}`)
  t.ok(readFileSync(disk).subarray(0, image.length).equals(image))
})

t.test('what is wrong before the first write leaves the disk as it was', async t => {
  const image = diskImage(t, 'gpt')
  const none = diskImage(t, 'none')
  const cases = [
    [{ image, order: { size: 1024 } }, '/dev/vda has 16777216 bytes, and had 1024'],
    [
      { image, order: { serial: '"OTHER"' } },
      '/dev/vda is not the disk any more that was reported',
    ],
    [{ image, order: { serial: 'null' } }, '/dev/vda is not the disk any more that was reported'],
    [{ image, order: { disk: '/dev/vdb' } }, 'there is no /dev/vdb'],
    [{ image, order: { disk: '/dev/../dev/vda' } }, 'the order names no disk'],
    [{ image, order: { disk: undefined } }, 'the order names no disk'],
    [{ image, order: { bytes: '8; reboot' } }, 'the order says no bytes'],
    [
      { image, order: { bytes: 30 * mebibyte } },
      'the image has 31457280 bytes, and /dev/vda only 16777216',
    ],
    [{ image, order: { bytes: mebibyte } }, 'the image has only 1048576 bytes'],
    [{ image, order: { sha256: undefined } }, 'the order says no sha256'],
    [{ image, order: { packing: 'lzo' } }, /^the image cannot be unpacked: it is packed in a way/],
    [{ image, order: { packing: 'gz' } }, /^the image cannot be unpacked/],
    [{ image, order: { image: '/files/none' } }, /^the image cannot be fetched to its end: .* 404/],
    [{ image, seed, order: { seed: 'user-data other' } }, /^other cannot be fetched: .* 404/],
    [{ image, seed, order: { seed: '../../x' } }, 'the seed has a name that is none'],
    [{ image: none, seed }, 'the image has no partition table, and a seed needs one'],
    [{ image, seed, diskBytes: image.length }, /^\/dev\/vda has no room for the seed/],
  ] as const
  for (const [given, why] of cases) {
    const { code, failed = '', disk } = await runWriter(t, given)
    t.equal(code, 1)
    if (typeof why === 'string') t.equal(failed, why)
    else t.match(failed, why)
    t.ok(isUntouched(readFileSync(disk)), failed)
  }
})

t.test('without an order nothing is written, and nothing is told', async t => {
  for (const word of ['boot', 'wait', 'writes', '']) {
    const order = { write: undefined, [word]: '' }
    const { code, heard, disk } = await runWriter(t, { image: diskImage(t, 'gpt'), order })
    t.equal(code, 1)
    t.strictSame(heard, ['GET /agent/TOKEN'])
    t.ok(isUntouched(readFileSync(disk)))
  }
})

t.test('killed half way it leaves a disk that does not boot', async t => {
  const image = diskImage(t, 'gpt')
  const send = (response: ServerResponse, bytes: Buffer, kill: () => void) => {
    response.writeHead(200, { 'content-length': bytes.length })
    // What comes later has been read when the first of it was written.
    response.write(bytes.subarray(0, 4 * mebibyte), () => response.write('x', kill))
  }
  const { code, failed, disk } = await runWriter(t, { image, send })
  t.equal(code, null)
  t.equal(failed, undefined)
  const left = readFileSync(disk)
  t.ok(isBlank(left) || isUntouched(left))
})

t.test('what is wrong later leaves a disk that does not boot', async t => {
  const image = diskImage(t, 'gpt')
  const half = image.subarray(0, 4 * mebibyte + 100)
  const other = Buffer.from(image).fill('x', 3 * mebibyte, 3 * mebibyte + 1)
  const cut = gzipSync(image).subarray(0, 2 * mebibyte)
  const cases = [
    [
      { image, packed: other },
      /^the image has the sha256 [0-9a-f]{64}, and should have [0-9a-f]{64}$/,
    ],
    [{ image, packed: half }, /^the image ends early: it has not 6291456 bytes/],
    [
      { image, packed: Buffer.concat([image, Buffer.alloc(3 * mebibyte)]) },
      'the image has more than 6291456 bytes',
    ],
    [{ image, packed: cut, order: { packing: 'gz' } }, /^the image cannot be unpacked/],
    [
      {
        image,
        send: (response: ServerResponse, bytes: Buffer) => {
          response.writeHead(200, { 'content-length': bytes.length })
          response.write(half, () => setImmediate(() => response.destroy()))
        },
      },
      /^the image cannot be fetched to its end/,
    ],
  ] as const
  for (const [given, why] of cases) {
    const { code, failed = '', disk } = await runWriter(t, given)
    t.equal(code, 1)
    if (typeof why === 'string') t.equal(failed, why)
    else t.match(failed, why)
    t.ok(isBlank(readFileSync(disk)), failed)
  }
})
