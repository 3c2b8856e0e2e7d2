import { randomBytes } from 'node:crypto'
import { zstdCompressSync } from 'node:zlib'
import t from 'tap'
import { unzstd } from '../../src/system/unzstd.ts'

async function* inPieces(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function unpacked(bytes: Buffer, size = 1000): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of unzstd(inPieces(bytes, size))) chunks.push(chunk)
  return Buffer.concat(chunks)
}

t.test('frames that follow each other are one stream, wherever it is cut', async t => {
  const parts = [
    Buffer.alloc(700_000, 'a'),
    randomBytes(100_000),
    Buffer.alloc(0),
    Buffer.from('z'),
  ]
  const frames = parts.map(part => zstdCompressSync(part))
  const whole = Buffer.concat(frames)
  for (const size of [97, 1000, frames[0]?.length ?? 1, 1 << 20]) {
    t.ok((await unpacked(whole, size)).equals(Buffer.concat(parts)), `in pieces of ${size}`)
  }
})

t.test('a stream that is cut, and one that is none, are told', async t => {
  const frame = zstdCompressSync(randomBytes(100_000))
  const both = Buffer.concat([frame, frame])
  await t.rejects(unpacked(both.subarray(0, both.length - 1)), /unexpected end/)
  await t.rejects(unpacked(Buffer.from('this is no zstd')), /.+/)
  await t.rejects(unpacked(Buffer.concat([frame, Buffer.from('garbage')])), /.+/)
  t.equal((await unpacked(Buffer.alloc(0))).length, 0)
})
