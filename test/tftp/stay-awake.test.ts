import t from 'tap'
import { createAttention } from '../../src/tftp/stay-awake.ts'

/** A thread whose clock moves by hand, and how often it stayed awake. */
function thread() {
  const turns: (() => void)[] = []
  const state = { now: 0, asked: 0 }
  const heard = createAttention({
    now: () => state.now,
    next(turn) {
      state.asked++
      turns.push(turn)
    },
  })
  /** One turn of the event loop. */
  const turn = () => turns.splice(0).forEach(go => void go())
  const isAwake = () => turns.length > 0
  return Object.assign(state, { heard, turn, isAwake })
}

t.test('awake until nothing came for 50 µs', async t => {
  const one = thread()
  one.heard()
  t.ok(one.isAwake())
  one.now = 0.04
  one.turn()
  t.ok(one.isAwake())
  one.heard()
  one.now = 0.08
  one.turn()
  t.ok(one.isAwake(), 'counts from the last packet')
  one.now = 0.1
  one.turn()
  t.notOk(one.isAwake())
})

t.test('many packets keep it awake once', async t => {
  const one = thread()
  for (let n = 0; n < 100; n++) one.heard()
  t.equal(one.asked, 1)
})

/** A packet whose answer takes `ms`. */
function answerAfter(one: ReturnType<typeof thread>, ms: number): void {
  one.heard()
  for (let n = 0; n < 2; n++) {
    one.now += ms / 2
    one.turn()
  }
}

t.test('gives up on a client behind a wire, and tries again after a thousand packets', async t => {
  const one = thread()
  for (let n = 0; n < 20; n++) answerAfter(one, 0.2)
  t.equal(one.asked, 8)
  for (let n = 0; n < 988; n++) answerAfter(one, 0.2)
  t.equal(one.asked, 8)
  answerAfter(one, 0.2)
  t.equal(one.asked, 9)
  answerAfter(one, 0.2)
  t.equal(one.asked, 9, 'one miss is enough now')
})

t.test('an answer in time forgives all misses', async t => {
  const one = thread()
  for (let n = 0; n < 7; n++) answerAfter(one, 0.2)
  answerAfter(one, 0.04)
  for (let n = 0; n < 7; n++) answerAfter(one, 0.2)
  one.heard()
  t.ok(one.isAwake())
})
