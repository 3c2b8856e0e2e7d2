import t from 'tap'
import { createOneAtATime } from '../../src/base/one-at-a-time.ts'

t.test('one after the other, and the last one counts', async t => {
  let config = 0
  let under = 0
  const taken: number[] = []
  const steps: (() => void)[] = []
  const done = Promise.withResolvers<void>()
  const ask = createOneAtATime(
    async () => {
      t.equal(under++, 0, 'never two')
      taken.push(config)
      await new Promise<void>(resolve => steps.push(resolve))
      under--
      if (taken.length === 2) done.resolve()
    },
    () => 0,
  )
  for (config = 1; config <= 400; config++) ask()
  t.strictSame(taken, [1], 'the others wait')
  config = 400
  steps.shift()?.()
  while (steps.length === 0) await new Promise(setImmediate)
  steps.shift()?.()
  await done.promise
  t.strictSame(taken, [1, 400])
})
