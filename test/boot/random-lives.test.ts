import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import { deadline } from '../../src/boot/deadline.ts'
import { hostStates, phoneHomeEvents } from '../../src/boot/host-state.ts'
import { idle, isDue, isRunning, type LifeEvent, type Rules } from '../../src/boot/life.ts'
import { lifeIn } from '../../src/boot/life-in.ts'
import { nextState } from '../../src/boot/next-state.ts'
import { powerDeed } from '../../src/boot/power-deed.ts'
import { sentenceOf } from '../../src/boot/words/reason.ts'
import { dice } from '../dice.ts'
import { rules, start } from './examples.ts'

const events: readonly LifeEvent[] = [
  ...phoneHomeEvents.map(kind => ({ kind })),
  { kind: 'asked' },
  { kind: 'cancelled' },
  { kind: 'removed' },
  { kind: 'discovered' },
  { kind: 'script', newBoot: false },
  { kind: 'script', newBoot: true },
  { kind: 'alive' },
  { kind: 'delivered' },
  ...[1, 2, 3].flatMap(attempt =>
    [false, true].flatMap((again): LifeEvent[] => [
      { kind: 'switching', attempt, again },
      { kind: 'switched', attempt, again, outcome: { ok: true } },
    ]),
  ),
  { kind: 'switching-off' },
  { kind: 'started' },
  { kind: 'unexpected', difference: { code: 'no-facts' } },
  { kind: 'answered' },
  { kind: 'deployed' },
  { kind: 'undeployed', because: { code: 'exit-code', exit: 1 } },
]

const kinds: readonly Rules[] = (['install', 'once'] as const).flatMap(boot =>
  [{}, { deploy: 'command' as const }, { deploy: 'webhook' as const }].flatMap(deploy =>
    [{}, { verifyUp: 900 }, { verifySsh: 900 }, { power: { post: 600 } }].map(verify =>
      rules({ boot, ...deploy, ...verify }),
    ),
  ),
)

interface Found {
  readonly wrong: string[]
  readonly seen: Set<string>
}

/** One life of random events; every wrong step is a sentence. */
function live(seed: number, by: Rules): Found {
  const roll = dice(seed)
  const wrong: string[] = []
  const seen = new Set<string>()
  let life = idle
  let now = start
  let mayInstall = 0
  for (let step = 0; step < 120; step++) {
    now += roll(20 * 60) * 1000
    const end = deadline(life, by, 0)
    const picked = events[roll(events.length)] ?? { kind: 'asked' }
    const event: LifeEvent = end && end.at <= now ? { kind: 'late', why: end.why } : picked
    if (event.kind === 'asked') mayInstall = 1
    const before = life
    const next = nextState(life, event, by, now)
    life = next?.life ?? life
    if (event.kind === 'again' && life.state === 'booting') mayInstall = 1
    if (life.state === 'installing' && before.state !== 'installing' && mayInstall-- === 0)
      wrong.push(`${seed}: installing twice by ${event.kind} in step ${step}`)
    if (!hostStates.includes(life.state)) wrong.push(`${seed}: state ${life.state}`)
    if (isDue(life) && !isRunning(life)) wrong.push(`${seed}: due in ${life.state}`)
    const waits = life.state === 'installing' && life.waits === true
    const hasTurn = waits || powerDeed(life).kind === 'start'
    if (isRunning(life) && !hasTurn && deadline(life, by, 0) === undefined)
      wrong.push(`${seed}: no clock in ${life.state}`)
    if (waits && by.deploy !== 'command') wrong.push(`${seed}: ${life.state} waits for nothing`)
    if (next?.opens && life.state !== 'booting') wrong.push(`${seed}: opens in ${life.state}`)
    if (next?.deploy === 'start' && life.state !== 'installing')
      wrong.push(`${seed}: deploy starts in ${life.state}`)
    if (before.state === 'installing' && life.state !== 'installing' && next?.deploy !== 'end')
      if (life.state !== 'verifying') wrong.push(`${seed}: deploy goes on in ${life.state}`)
    const silent = life.state === 'booting' && !life.alive ? life.unanswered : 0
    if (silent > by.attempts) wrong.push(`${seed}: ${silent} silent boots`)
    // Rows of a database hold just that, so that what is read is what was written.
    const kept = JSON.parse(JSON.stringify(life))
    if (!isDeepStrictEqual(lifeIn(life.state, kept), kept))
      wrong.push(`${seed}: ${life.state} has more`)
    if (sentenceOf(life.why) === '') wrong.push(`${seed}: ${life.state} without a reason`)
    seen.add(life.state)
  }
  return { wrong, seen }
}

for (const by of kinds) {
  const { boot, deploy = 'none', verifyUp = 0, verifySsh = 0, power } = by
  const verify = verifyUp || verifySsh
  t.test(
    `500 lives of boot ${boot}, deploy ${deploy}, up ${verifyUp}, ssh ${verifySsh}${power ? ', power' : ''}`,
    async t => {
      const seen = new Set<string>()
      const wrong: string[] = []
      for (let seed = 1; seed <= 500; seed++) {
        const found = live(seed, by)
        wrong.push(...found.wrong)
        for (const state of found.seen) seen.add(state)
      }
      t.strictSame(wrong.slice(0, 5), [])
      const never = boot === 'once' ? ['installing', 'verifying'] : verify ? [] : ['verifying']
      t.strictSame(
        hostStates.filter(state => !seen.has(state)),
        never,
        'the events reach every state there is',
      )
    },
  )
}

t.test('left alone, every life ends: nobody is stuck', async t => {
  for (const by of kinds) {
    for (let seed = 1; seed <= 200; seed++) {
      const roll = dice(seed)
      let life = idle
      let now = start
      for (let step = 0; step < 30; step++) {
        const event = events[roll(events.length)] ?? { kind: 'asked' }
        life = nextState(life, event, by, now)?.life ?? life
      }
      for (let left = 10; left > 0 && isRunning(life); left--) {
        const end = deadline(life, by, 0)
        now = Math.max(now, end?.at ?? now)
        // Its turn comes: those before it have clocks.
        if (life.state === 'installing' && life.waits)
          life = nextState(life, { kind: 'started' }, by, now)?.life ?? life
        const deed = powerDeed(life)
        if (deed.kind === 'start') {
          const { attempt, again } = deed
          const event = { kind: 'switching', attempt, again } as const
          life = nextState(life, event, by, now)?.life ?? life
        }
        life =
          nextState(life, { kind: 'late', why: end?.why ?? { code: 'timeout' } }, by, now)?.life ??
          life
      }
      if (isRunning(life)) t.fail(`seed ${seed}: stuck in ${life.state}`)
    }
  }
  t.pass('all ended')
})
