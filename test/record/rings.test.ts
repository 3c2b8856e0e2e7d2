import t from 'tap'
import { createRings } from '../../src/record/rings.ts'

t.test('the last items of a key, in the order they came', async t => {
  const rings = createRings<string, number>(2, 3)
  t.same(rings.of('a'), [])
  for (const item of [1, 2]) rings.add('a', item)
  t.same(rings.of('a'), [1, 2])
  rings.add('a', 3)
  t.same(rings.of('a'), [1, 2, 3])
  for (const item of [4, 5]) rings.add('a', item)
  t.same(rings.of('a'), [3, 4, 5])
})

t.test('the key that was silent for longest gives way, with all it had', async t => {
  const rings = createRings<string, number>(2, 3)
  for (const item of [1, 2, 3, 4]) rings.add('a', item)
  rings.add('b', 5)
  rings.add('a', 6)
  rings.add('c', 7)
  t.same(rings.keys(), ['a', 'c'])
  t.same(rings.of('b'), [])
  t.same(rings.of('a'), [3, 4, 6])
  t.same(rings.of('c'), [7])
  rings.add('d', 8)
  t.same(rings.of('a'), [])
  t.same(rings.of('d'), [8], 'nothing of whose ring it was')
})
