import t from 'tap'
import {
  type ChunkSource,
  createChunkCache,
  fileOfBytes,
  type TftpFile,
} from '../../src/tftp/chunks.ts'

const chunk = 65_536

/** Byte n of the file is n modulo 251. Reads are written down and last until the next turn. */
function source(size: number) {
  const reads: number[] = []
  const state = { reads, closed: 0 }
  const handle: ChunkSource = {
    async read(offset, length) {
      reads.push(offset)
      await new Promise(setImmediate)
      if (state.closed > 0) throw new Error('read after close')
      return Uint8Array.from({ length }, (_, n) => (offset + n) % 251)
    },
    close: () => void state.closed++,
  }
  return Object.assign(state, { handle, size })
}

async function readAll(file: TftpFile, blockSize: number): Promise<number> {
  let right = 0
  for (let offset = 0; offset < file.size; offset += blockSize) {
    const length = Math.min(blockSize, file.size - offset)
    const target = new Uint8Array(length + 4)
    while (!file.copy(target, 4, offset, length)) await file.load(offset, length)
    for (let n = 0; n < length; n++) if (target[n + 4] === (offset + n) % 251) right++
  }
  return right
}

for (const blockSize of [512, 1468, 65_464]) {
  t.test(`blocks of ${blockSize} across chunks; each chunk is read once`, async t => {
    const from = source(3 * chunk + 100)
    const file = createChunkCache(10 * chunk).open('a', from.size, from.handle)
    t.equal(await readAll(file, blockSize), from.size)
    t.equal(await readAll(file, blockSize), from.size)
    t.strictSame(from.reads, [0, chunk, 2 * chunk, 3 * chunk])
    file.close()
    t.equal(from.closed, 1)
  })
}

t.test('an empty file needs no memory', async t => {
  const from = source(0)
  const file = createChunkCache(chunk).open('a', 0, from.handle)
  t.ok(file.copy(new Uint8Array(4), 4, 0, 0))
  t.strictSame(from.reads, [])
})

t.test('two transfers share reads and one open file', async t => {
  const cache = createChunkCache(10 * chunk)
  const one = source(2 * chunk)
  const two = source(2 * chunk)
  const first = cache.open('a', one.size, one.handle)
  const second = cache.open('a', two.size, two.handle)
  t.equal(two.closed, 1, 'not needed')
  await Promise.all([readAll(first, 1468), readAll(second, 1468)])
  t.strictSame(one.reads, [0, chunk])
  first.close()
  t.equal(one.closed, 0)
  second.close()
  t.equal(one.closed, 1)
})

t.test('what was read stays for the next transfer', async t => {
  const cache = createChunkCache(10 * chunk)
  const one = source(chunk)
  const first = cache.open('a', one.size, one.handle)
  await readAll(first, 512)
  first.close()
  const two = source(chunk)
  t.equal(await readAll(cache.open('a', two.size, two.handle), 512), chunk)
  t.strictSame(two.reads, [])
})

t.test('another version of the file is another file', async t => {
  const cache = createChunkCache(10 * chunk)
  const one = source(100)
  const two = source(100)
  await readAll(cache.open('a:1', one.size, one.handle), 512)
  await readAll(cache.open('a:2', two.size, two.handle), 512)
  t.strictSame(two.reads, [0])
})

t.test('a file longer than the memory goes through it', async t => {
  const from = source(8 * chunk)
  const file = createChunkCache(2 * chunk).open('a', from.size, from.handle)
  t.equal(await readAll(file, 1468), from.size)
  t.equal(await readAll(file, 1468), from.size)
  t.ok(from.reads.length > 8, 'the beginning was dropped and read again')
})

t.test('a transfer that ends in the middle of a read leaves it to the next one', async t => {
  const cache = createChunkCache(10 * chunk)
  const one = source(100)
  const two = source(100)
  const first = cache.open('a', one.size, one.handle)
  const reading = first.load(0, 100)
  first.close()
  const second = cache.open('a', two.size, two.handle)
  t.equal(await readAll(second, 512), 100)
  await reading
  t.equal(two.closed, 1)
  second.close()
  t.equal(one.closed, 1)
})

t.test('a failed read is told to the one who needs it, and tried again', async t => {
  let fails = true
  const handle: ChunkSource = {
    async read(_offset, length) {
      if (fails) throw new Error('EIO')
      return new Uint8Array(length)
    },
    close: () => undefined,
  }
  const file = createChunkCache(chunk).open('a', 10, handle)
  await t.rejects(file.load(0, 10), { message: 'EIO' })
  fails = false
  await file.load(0, 10)
  t.ok(file.copy(new Uint8Array(10), 0, 0, 10))
})

t.test('bytes as a file', async t => {
  const file = fileOfBytes(Uint8Array.of(1, 2, 3))
  const target = new Uint8Array(4)
  t.ok(file.copy(target, 2, 1, 2))
  t.strictSame([file.size, ...target], [3, 0, 0, 2, 3])
})
