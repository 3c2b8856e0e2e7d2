import t from 'tap'
import { after, createPatience, pace } from './patience.ts'

/** A wait of ten seconds, told the time and the load. */
function wait() {
  let ms = 0
  let load = 1
  const isOver = createPatience(
    10,
    () => load,
    () => ms,
  )
  return (seconds: number, busy: number) => {
    load = busy
    ms += seconds * pace * 1000
    return isOver()
  }
}

t.test('on an idle machine the seconds are seconds', async t => {
  const at = wait()
  t.equal(at(9.8, 1), false)
  t.equal(at(0.3, 1), true)
})

t.test('while others work they last longer', async t => {
  const at = wait()
  t.equal(at(20, 4), false, '5 of 10')
  t.equal(at(4.5, 1), false, '9.5 of 10')
  t.equal(at(3, 4), true)
})

t.test('but not for ever', async t => {
  const at = wait()
  t.equal(at(199, 100), false)
  t.equal(at(2, 100), true)
})

t.test('who stops waiting is not told', async t => {
  const told: string[] = []
  after(0.1, () => told.push('stopped'))()
  await new Promise<void>(resolve => after(0.1, () => resolve()))
  t.strictSame(told, [])
})

t.ok(pace >= 1)
