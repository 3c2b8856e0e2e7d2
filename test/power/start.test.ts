import t from 'tap'
import type { Reason } from '../../src/boot/reason.ts'
import { sentenceOf } from '../../src/boot/words/reason.ts'
import { type Power, PowerError } from '../../src/power/power.ts'
import { shutDown, startFromNetwork } from '../../src/power/start.ts'

/** A machine that notes what is done to it, and a clock that only moves while somebody rests. */
function machine(is: 'on' | 'off' | 'unknown', more: Partial<Power> = {}) {
  const done: string[] = []
  let state = is
  const note = (what: string, next = state) => {
    done.push(what)
    if (state !== 'unknown') state = next
  }
  const power: Power = {
    status: async () => state,
    on: async () => note('on', 'on'),
    off: async () => note('off', 'off'),
    async cycle() {
      note('cycle', 'on')
      return true
    },
    async netboot(firmware) {
      note(`netboot ${firmware?.mode ?? '-'}`)
      return undefined
    },
    pause: 5,
    ...more,
  }
  let now = 0
  const clock = {
    now: () => now,
    async rest(ms: number) {
      if (ms !== 1000) done.push(`rest ${ms / 1000}`)
      now += ms
    },
  }
  return { done, power, clock }
}

const firmware = { mode: 'uefi', door: 'pxe' } as const
const rows = [
  ['on: netboot once, then a reset', 'on', false, 'netboot uefi, cycle'],
  ['off: netboot once, then on', 'off', false, 'netboot uefi, on'],
  ['nobody knows: a reset', 'unknown', false, 'netboot uefi, cycle'],
  ['again: off, netboot once, on', 'on', true, 'off, rest 5, netboot uefi, on'],
  ['again, and off already', 'off', true, 'netboot uefi, on'],
] as const

for (const [what, is, again, expected] of rows) {
  t.test(what, async t => {
    const { done, power, clock } = machine(is)
    const started = await startFromNetwork(power, { again, firmware, isWanted: () => true }, clock)
    const on = is === 'off' ? ({ switchedOn: true } as const) : {}
    t.strictSame(started, { state: is === 'unknown' ? 'unknown' : 'on', ...on })
    t.equal(done.join(', '), expected)
  })
}

t.test('a machine that speaks meanwhile is not reset', async t => {
  for (const again of [false, true]) {
    const { done, power, clock } = machine('on')
    t.equal(await startFromNetwork(power, { again, isWanted: () => false }, clock), undefined)
    t.notOk(done.some(what => ['on', 'off', 'cycle'].includes(what)))
  }
})

t.test('what is off is switched on again, whoever speaks with its MAC meanwhile', async t => {
  const asked = [true, false]
  const { done, power, clock } = machine('on')
  const plan = { again: true, isWanted: () => asked.shift() ?? false }
  t.strictSame(await startFromNetwork(power, plan, clock), { state: 'on' })
  t.equal(done.at(-1), 'on')
})

t.test('a plug cannot choose what is booted: off and on', async t => {
  const { done, power, clock } = machine('on')
  const { netboot: _, cycle: __, ...plug } = power
  await startFromNetwork(plug, { again: false, isWanted: () => true }, clock)
  t.equal(done.join(', '), 'off, rest 5, on')
})

t.test('what the BMC does not show is told; what it refuses resets nothing', async t => {
  const doubt: Reason = { code: 'netboot-not-kept', is: 'the disk' }
  const forgets = machine('on', { netboot: async () => doubt })
  const plan = { again: false, isWanted: () => true }
  t.match(await startFromNetwork(forgets.power, plan, forgets.clock), { state: 'on', doubt })
  const why: Reason = { code: 'bmc-refused', address: 'bmc', what: 'bootdev', error: 'in POST' }
  const refuses = machine('on', { netboot: () => Promise.reject(new PowerError(why)) })
  await t.rejects(startFromNetwork(refuses.power, plan, refuses.clock), {
    message: sentenceOf(why),
  })
  t.strictSame(refuses.done, [])
})

t.test('a system is asked to shut down; one that does not is switched off', async t => {
  const obeys = machine('on')
  const soft = async () => obeys.power.off()
  t.equal(await shutDown({ ...obeys.power, shutDown: soft }, obeys.clock), 'off')
  t.equal(obeys.done.join(), 'off')
  const deaf = machine('on')
  const asked = async () => void deaf.done.push('asked')
  t.equal(await shutDown({ ...deaf.power, shutDown: asked }, deaf.clock), 'off')
  t.equal(deaf.done.join(), 'asked,off')
  t.equal(await shutDown(machine('on').power, deaf.clock), 'off')
})
