import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type ConsoleRing, openRing } from '../../../src/power/console/ring.ts'
import { makeFolder } from '../../folder.ts'

const bound = 800

function ringIn(t: Test) {
  const folder = join(makeFolder(t), 'node1')
  const open = () => openRing(folder, () => bound)
  return { folder, open, ring: open() }
}

function textOf(ring: ConsoleRing, from = ring.begin()): string {
  let text = ''
  for (let at = from; at < ring.end(); ) {
    const piece = ring.read(at, 50)
    text += Buffer.from(piece.bytes).toString()
    at = piece.from + piece.bytes.length
  }
  return text
}

const first = { install: 'a-1', attempt: 1 }
const second = { install: 'a-1', attempt: 2 }

t.test('what is written is there, also for who opens it later', async t => {
  const { ring, open, folder } = ringIn(t)
  t.equal(ring.end(), 0)
  t.strictSame(ring.read(0, 10), { from: 0, bytes: new Uint8Array() })
  ring.append(Buffer.from('one '))
  ring.append(Buffer.from('two '), first)
  ring.append(Buffer.from('three'), second)
  t.equal(textOf(ring), 'one two three')
  ring.close()
  const again = open()
  t.equal(textOf(again), 'one two three')
  t.strictSame(again.parts(), [
    { from: 0, to: 4 },
    { from: 4, to: 8, owner: first },
    { from: 8, to: 13, owner: second },
  ])
  again.append(Buffer.from(' four'), second)
  t.equal(textOf(again), 'one two three four')
  t.equal(readdirSync(folder).length, 3, 'it goes on in the same file')
})

t.test('it is bounded: the oldest goes, places go on being counted', async t => {
  const { ring, folder } = ringIn(t)
  const all = Array.from({ length: 1000 }, (_, n) => `${n};`).join('')
  for (let at = 0; at < all.length; at += 30)
    ring.append(Buffer.from(all.slice(at, at + 30)), first)
  t.equal(ring.end(), all.length)
  t.ok(ring.end() - ring.begin() <= bound, 'no more than that')
  t.ok(ring.end() - ring.begin() >= (bound / 8) * 7, 'and most of it')
  t.equal(textOf(ring), all.slice(ring.begin()))
  t.ok(readdirSync(folder).length <= 9)
  t.equal(
    ring.read(0, 10).from,
    ring.begin(),
    'who asks for what is gone gets the first that is there',
  )
  t.strictSame(ring.parts(), [{ from: ring.begin(), to: ring.end(), owner: first }])
})

t.test('a flood in one piece, and boots without end', async t => {
  const { ring, folder } = ringIn(t)
  ring.append(Buffer.alloc(100_000, 'x'), first)
  t.equal(ring.end(), 100_000)
  t.ok(ring.end() - ring.begin() <= bound)
  for (let attempt = 1; attempt < 200; attempt++) {
    ring.append(Buffer.from('.'), { install: 'b-2', attempt })
  }
  t.ok(readdirSync(folder).length <= 64)
  t.equal(ring.parts().at(-1)?.owner?.attempt, 199)
})

t.test('a folder that somebody emptied is made again', async t => {
  const { ring, folder } = ringIn(t)
  ring.append(Buffer.from('gone'), first)
  ring.close()
  rmSync(folder, { recursive: true })
  t.strictSame(ring.read(0, 10), { from: 0, bytes: new Uint8Array() })
  ring.append(Buffer.from('here'), second)
  t.equal(Buffer.from(ring.read(4, 10).bytes).toString(), 'here')
})

t.test('a disk that takes nothing: it throws, and goes on when it can', async t => {
  const folder = join(makeFolder(t, { node1: 'a file, no folder' }), 'node1')
  const ring = openRing(folder, () => bound)
  t.throws(() => ring.append(Buffer.from('lost')))
  t.equal(ring.end(), 0)
  rmSync(folder)
  ring.append(Buffer.from('kept'))
  t.equal(textOf(ring), 'kept')
})
