import t from 'tap'
import { kexecWay } from '../../src/boot/power.ts'
import type { Reason } from '../../src/boot/reason.ts'
import { machine, openDesk, said } from './desk.ts'

const node1 = machine('node1', { by: 'kexec' })
const plan = { again: false, isWanted: () => true }

t.test('its running system is asked, once, and nothing is switched', async t => {
  let asked = 0
  const takeOver = async () => {
    asked += 1
    return undefined
  }
  const { desk } = openDesk(t, [kexecWay], { takeOver })
  t.match(await desk.start(node1, plan, async () => true), { ok: true, state: 'on' })
  t.match(await desk.start(node1, { ...plan, again: true }, async () => true), { ok: true })
  t.equal(asked, 2)
  t.equal(await desk.start(node1, { ...plan, isWanted: () => false }, async () => true), undefined)
  t.equal(asked, 2, 'it boots already')
  t.match(said(await desk.run(node1, 'off')), /can do nothing else/)
  t.equal(said(await desk.run(node1, 'status')), 'unknown')
})

t.test('a refusal is a reason', async t => {
  const why: Reason = { code: 'kexec-refused', said: 'this needs root' }
  const { desk } = openDesk(t, [kexecWay], { takeOver: async () => why })
  t.match(await desk.start(node1, plan, async () => true), { ok: false, why })
})

t.test('many at once are as many as may be switched on at once', async t => {
  let now = 0
  let most = 0
  const takeOver = async () => {
    most = Math.max(most, ++now)
    await new Promise(setImmediate)
    now -= 1
    return undefined
  }
  const { desk } = openDesk(t, [kexecWay], { takeOver, powerUp: () => 8 })
  const hosts = Array.from({ length: 100 }, (_, index) => machine(`node${index}`, { by: 'kexec' }))
  const done = await Promise.all(hosts.map(host => desk.start(host, plan, async () => true)))
  t.ok(done.every(outcome => outcome?.ok))
  t.equal(most, 8)
})
