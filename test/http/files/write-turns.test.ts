import t from 'tap'
import { createWriteTurns } from '../../../src/http/files/write-turns.ts'

/** An event loop whose turns end by hand, and who may write in which of them. */
function loop(budget: number) {
  const ends: (() => void)[] = []
  const turns = createWriteTurns(budget, go => void ends.push(go))
  const gone: string[] = []
  const ask = (name: string, bytes: number) => {
    const wait = turns.take(bytes)
    if (wait) wait.then(() => gone.push(name))
    else gone.push(name)
  }
  const end = async () => {
    for (const go of ends.splice(0)) go()
    await new Promise(setImmediate)
    return gone.splice(0)
  }
  return { ask, end, gone, isWaiting: () => ends.length > 0 }
}

t.test('as many bytes as the budget in a turn, in the order of asking', async t => {
  const { ask, end, gone } = loop(10)
  for (const name of ['a', 'b', 'c', 'd', 'e']) ask(name, 5)
  t.strictSame(gone.splice(0), ['a', 'b'])
  t.strictSame(await end(), ['c', 'd'])
  t.strictSame(await end(), ['e'])
})

t.test('who asks again stands behind those who wait', async t => {
  const { ask, end, gone } = loop(10)
  ask('fast', 10)
  for (const name of ['a', 'b']) ask(name, 10)
  ask('fast', 10)
  t.strictSame(gone.splice(0), ['fast'])
  t.strictSame([await end(), await end(), await end()], [['a'], ['b'], ['fast']])
})

t.test('more than the budget at once has a turn of its own', async t => {
  const { ask, end, gone } = loop(10)
  ask('large', 25)
  ask('small', 1)
  t.strictSame(gone.splice(0), ['large'])
  t.strictSame(await end(), ['small'])
})

t.test('nobody is called when nobody waits', async t => {
  const { ask, end, isWaiting } = loop(10)
  ask('a', 5)
  await end()
  t.notOk(isWaiting())
})
