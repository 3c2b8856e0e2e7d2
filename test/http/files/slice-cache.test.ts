import t from 'tap'
import { createSliceCache, type Slice, sliceBytes } from '../../../src/http/files/slice-cache.ts'

/** A disk on which byte n of a file is n modulo 251, and reads last until the next turn. */
function disk() {
  const reads: number[] = []
  const fill = async (buffer: Uint8Array, offset: number) => {
    reads.push(offset / sliceBytes)
    await new Promise(setImmediate)
    for (let n = 0; n < buffer.length; n += 1000) buffer[n] = (offset + n) % 251
  }
  return { reads, fill }
}

const file = { key: 'a', size: 3 * sliceBytes + 100 }
const other = { key: 'b', size: 4 * sliceBytes }

function isRight(slice: Slice | undefined, offset: number): boolean {
  if (!slice) return false
  const { bytes } = slice
  for (let n = 0; n < bytes.length; n += 1000) if (bytes[n] !== (offset + n) % 251) return false
  return true
}

t.test('each slice is read once for all who want it', async t => {
  const { reads, fill } = disk()
  const cache = createSliceCache(10 * sliceBytes)
  const taken = Array.from({ length: 128 }, (_, n) => cache.take(file, (n % 4) * sliceBytes, fill))
  const slices = await Promise.all(taken)
  t.ok(slices.every((slice, n) => isRight(slice, (n % 4) * sliceBytes)))
  t.strictSame(reads, [0, 1, 2, 3])
  t.equal(slices[3]?.bytes.length, 100, 'the last is as long as the file')
  const again = cache.take(file, 5, fill)
  t.notOk(again instanceof Promise, 'without a turn of the event loop')
})

t.test('what is in use stays, and without room there is nothing', async t => {
  const { fill } = disk()
  const cache = createSliceCache(2 * sliceBytes)
  const first = await cache.take(file, 0, fill)
  const second = await cache.take(file, sliceBytes, fill)
  t.equal(cache.take(other, 0, fill), undefined)
  first?.release()
  t.ok(isRight(await cache.take(other, 2 * sliceBytes, fill), 2 * sliceBytes))
  t.ok(isRight(second, sliceBytes), 'untouched')
})

t.test('memory is used again at once', async t => {
  const { fill } = disk()
  const cache = createSliceCache(2 * sliceBytes)
  const buffers = new Set<ArrayBufferLike>()
  for (let n = 0; n < 100; n++) {
    const slice = await cache.take(other, (n % 4) * sliceBytes, fill)
    t.ok(isRight(slice, (n % 4) * sliceBytes))
    if (slice) buffers.add(slice.bytes.buffer)
    slice?.release()
  }
  t.equal(buffers.size, 2)
})

t.test('what is wanted often outlives what is read through once', async t => {
  const { reads, fill } = disk()
  const cache = createSliceCache(3 * sliceBytes)
  const use = async (version: typeof file, offset: number) => {
    const slice = await cache.take(version, offset, fill)
    slice?.release()
  }
  for (let n = 0; n < 40; n++) {
    await use(file, 0)
    await use({ key: `once ${n}`, size: sliceBytes }, 0)
    await use(file, 0)
  }
  t.equal(reads.length, 41)
})

t.test('a read that fails fails for all who wait, and is tried again', async t => {
  const cache = createSliceCache(2 * sliceBytes)
  const broken = async () => {
    await new Promise(setImmediate)
    throw new Error('no disk')
  }
  const waiting = [0, 1, 2].map(() => cache.take(file, 0, broken))
  for (const wait of waiting) await t.rejects(Promise.resolve(wait), { message: 'no disk' })
  const { fill } = disk()
  t.ok(isRight(await cache.take(file, 0, fill), 0))
  for (const offset of [0, sliceBytes]) {
    const slice = await cache.take(other, offset, fill)
    t.equal(slice === undefined, offset > 0, 'the place of the failed read is free')
  }
})

t.test('versions of a file are different files', async t => {
  const { reads, fill } = disk()
  const cache = createSliceCache(4 * sliceBytes)
  await cache.take({ key: 'x 1', size: 10 }, 0, fill)
  await cache.take({ key: 'x 2', size: 10 }, 0, fill)
  t.equal(reads.length, 2)
})

t.test('files larger than the limit are not kept', async t => {
  const cache = createSliceCache(2 * sliceBytes)
  t.ok(cache.keeps(2 * sliceBytes))
  t.notOk(cache.keeps(2 * sliceBytes + 1))
})
