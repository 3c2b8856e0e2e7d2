import { readFileSync } from 'node:fs'
import t from 'tap'
import { readLinuxImage } from '../../src/wire/linux-image.ts'
import { newestKernel } from '../lab/kernel.ts'
import { bzImage } from '../system/media-files.ts'

t.test('the kernel of Debian', async t => {
  const { image, version } = newestKernel()
  const file = readFileSync(image)
  const read = readLinuxImage(file.subarray(0, 65_536))
  t.match(read, { format: 'bzImage', version })
  const behind = file.length - (read?.bytes ?? 0)
  t.ok(behind >= 0 && behind < 64 * 1024, 'what follows the image is its signature at most')
})

t.test('a bzImage that says no version', async t => {
  const image = bzImage('x')
  image.writeUInt16LE(0, 0x20e)
  t.strictSame(readLinuxImage(image), { format: 'bzImage', bytes: 1024 + 256 })
})

t.test('a version that points behind the bytes at hand', async t => {
  const image = bzImage('x')
  image.writeUInt16LE(0xffff, 0x20e)
  t.strictSame(readLinuxImage(image), { format: 'bzImage', bytes: 1024 + 256 })
})

t.test('an Image of arm64', async t => {
  const image = Buffer.alloc(64)
  image.write('ARM\x64', 56)
  t.strictSame(readLinuxImage(image), { format: 'Image', bytes: 64 })
})

t.test('all else is no kernel', async t => {
  for (const bytes of [
    Buffer.alloc(0),
    Buffer.alloc(40),
    Buffer.from('#!ipxe\n'),
    Buffer.alloc(65_536),
  ])
    t.equal(readLinuxImage(bytes), undefined)
  t.equal(readLinuxImage(bzImage('x').subarray(0, 0x206)), undefined)
})
