import t from 'tap'
import { chooseDisk, packingOf, writeOrderText } from '../../src/boot/disk-image.ts'
import type { Expect, Vars } from '../../src/boot/host.ts'
import { sentenceOf } from '../../src/boot/words/reason.ts'

const disk = (name: string, size: number, more: object = {}) => ({
  ...{ name, size, model: 'Samsung SSD', serial: `S-${name.slice(5)}`, bus: 'nvme' },
  ...more,
})
const small = disk('/dev/nvme0n1', 500e9)
const large = disk('/dev/sda', 4000e9, { bus: 'sata' })
const stick = disk('/dev/sdb', 16e9, { bus: 'usb' })

/** The name of the disk that is chosen, or why none is. */
function choice(disks: unknown, vars: Vars = {}, expect?: Expect, bytes = 1e9): string {
  const unpacked = { bytes, sha256: '0'.repeat(64) }
  const chosen = chooseDisk(unpacked, { vars, ...(expect && { expect }) }, { disks })
  return 'refused' in chosen ? sentenceOf(chosen.refused) : chosen.name
}

t.test('the smallest disk that is no USB stick', async t => {
  t.equal(choice([large, small, stick]), '/dev/nvme0n1')
  t.equal(choice([large, stick], { disk: 'auto' }), '/dev/sda')
  t.match(choice([stick]), /^no disk is large enough and not attached by USB: it has \/dev\/sdb/)
  t.match(choice([]), /it has no disk$/)
})

t.test('two that fit are refused', async t => {
  const twin = { ...small, name: '/dev/nvme1n1', serial: 'other' }
  t.match(choice([small, twin, large]), /^several disks fit: \/dev\/nvme0n1, .*; \/dev\/nvme1n1, /)
  t.match(choice([small, large], {}, { disk: { model: 'ssd' } }), /^several disks fit/)
  t.match(choice([small, small], { disk: '/dev/nvme0n1' }), /^several disks fit/)
})

t.test('the one that is expected, also by USB', async t => {
  t.equal(choice([small, large], {}, { disk: { size: 4000e9 } }), '/dev/sda')
  t.equal(choice([small, stick], {}, { disk: { serial: 'S-sdb' } }), '/dev/sdb')
  t.match(choice([small], {}, { disk: { serial: 'x' } }), /^no disk is serial x: it has/)
})

t.test('the one that is named, if it is what is expected', async t => {
  t.equal(choice([small, large], { disk: '/dev/sda' }), '/dev/sda')
  t.match(choice([small], { disk: '/dev/sda' }), /^no disk is \/dev\/sda: it has/)
  const expect = { disk: { model: 'other' } }
  t.match(choice([large], { disk: '/dev/sda' }, expect), /^no disk is \/dev\/sda, other: it has/)
  t.match(choice([large], { disk: 4 }), /^no disk is 4/)
})

t.test('one that is too small is refused, and no larger one guessed', async t => {
  t.match(choice([small, large], {}, undefined, 1e12), /is too small: it has 500000000000 bytes/)
})

t.test('what a machine tells may be anything', async t => {
  for (const disks of [undefined, null, 'x', 7, [null], [[]], {}]) {
    t.match(choice(disks), /^no disk is/, JSON.stringify(disks))
  }
  for (const bad of [
    { ...small, name: '/dev/../etc/passwd' },
    { ...small, name: '/dev/sda\nimage /x' },
    { ...small, name: ['/dev/sda'] },
    { ...small, size: '500' },
    { ...small, size: 1.5 },
    { ...small, size: Number.NaN },
    { ...small, size: -1 },
  ]) {
    t.notMatch(choice([bad]), /^\/dev\/\w+$/, JSON.stringify(bad))
  }
})

t.test('an order is lines, whatever a disk says of itself', async t => {
  const text = writeOrderText({
    disk: { name: '/dev/vda', size: 1024, serial: 'A"\\ B' },
    image: '/assets/images/a.raw.zst',
    packing: 'zst',
    unpacked: { bytes: 512, sha256: 'abc' },
    seed: ['user-data', 'meta-data'],
  })
  t.equal(
    text,
    'write\ndisk /dev/vda\nserial "A\\"\\\\ B"\nsize 1024\nimage /assets/images/a.raw.zst\npacking zst\n' +
      'bytes 512\nsha256 abc\nseed user-data meta-data\n',
  )
})

t.test('how an image is packed is told by its name', async t => {
  for (const [name, packing] of [
    ['a.raw', 'raw'],
    ['a.img', 'raw'],
    ['b/a.raw.zst', 'zst'],
    ['a.img.gz', 'gz'],
    ['a.raw.xz', 'xz'],
    ['a.qcow2', undefined],
    ['a.zst', undefined],
    ['raw', undefined],
    ['a.raw.bz2', undefined],
  ] as const) {
    t.equal(packingOf(name), packing, name)
  }
})
