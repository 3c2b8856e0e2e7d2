import t from 'tap'
import { remember } from '../../src/base/bounded.ts'

t.test('what was remembered longest ago is forgotten, and told', async t => {
  const map = new Map<string, number>()
  t.equal(remember(map, 'a', 1, 2), undefined)
  t.equal(remember(map, 'b', 2, 2), undefined)
  t.equal(remember(map, 'a', 3, 2), undefined, 'again: nothing is too much')
  t.strictSame(remember(map, 'c', 4, 2), ['b', 2])
  t.strictSame(
    [...map],
    [
      ['a', 3],
      ['c', 4],
    ],
  )
})
