import t from 'tap'
import { hostStates } from '../../src/boot/host-state.ts'
import { type LifeFacts, lifeIn } from '../../src/boot/life-in.ts'

/** A row as every state had it before: its fields are those of all states. */
const flat: LifeFacts = {
  ...{ since: 5, attempt: 2, opened: 3, unanswered: 1, alive: false, rebooted: true },
  ...{ cameBack: 7, waits: true, up: true, byTime: true, why: { code: 'boot-again' } },
}

t.test('a life has what its state can have, of whatever a row tells', async t => {
  const fields = hostStates.map(state => {
    const { since, attempt, why, ...more } = lifeIn(state, flat)
    t.strictSame({ since, attempt, why }, { since: 5, attempt: 2, why: { code: 'boot-again' } })
    return more
  })
  t.strictSame(fields, [
    { state: 'idle' },
    { state: 'pending' },
    { state: 'booting', opened: 3, rebooted: true, alive: false, unanswered: 1 },
    { state: 'installing', opened: 3, up: true, cameBack: 7, waits: true },
    { state: 'verifying', alive: false, cameBack: 7 },
    { state: 'installed', alive: false },
    { state: 'failed', alive: false, cameBack: 7, byTime: true },
  ])
  t.match(lifeIn('booting', { ...flat, alive: true }), { alive: true, cameBack: 7 })
})

t.test('what a row does not tell has not happened', async t => {
  t.strictSame(lifeIn('booting', { attempt: 2 }), {
    ...{ state: 'booting', since: 0, attempt: 2, why: { code: 'not-asked' } },
    ...{ opened: 2, rebooted: false, alive: false, unanswered: 0 },
  })
})
