import t from 'tap'
import { createLoopTurns } from '../../src/base/loop-turns.ts'

t.test('each who asks has a turn of the event loop, in the order of asking', async t => {
  const turn = createLoopTurns()
  let passed = 0
  let counting = true
  const count = () => {
    passed++
    if (counting) setImmediate(count)
  }
  setImmediate(count)
  const had = await Promise.all(
    [0, 1, 2, 3].map(async asker => {
      await turn()
      return { asker, passed }
    }),
  )
  counting = false
  t.strictSame(
    had.map(({ asker }) => asker),
    [0, 1, 2, 3],
  )
  t.equal(new Set(had.map(({ passed }) => passed)).size, 4, 'no two of them in one turn')
})
