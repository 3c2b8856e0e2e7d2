import t from 'tap'
import { idle, isDue, type Rules } from '../../src/boot/life.ts'
import { nextState } from '../../src/boot/next-state.ts'
import { powerDeed } from '../../src/boot/power-deed.ts'
import { sentenceOf } from '../../src/boot/words/reason.ts'
import { rules, start, type Told, tell } from './examples.ts'

const by = rules({ power: { post: 600 } })
const twice = rules({ attempts: 2, power: { post: 600 } })
const off = rules({ verifyUp: 900, power: { post: 600, after: 'off' } })
const rescue = rules({ boot: 'once', power: { post: 600, after: 'off' } })

/** What is to be done to its power when the story is over. */
function deed({ life }: Told): string {
  const now = powerDeed(life)
  return now.kind === 'start' ? `start ${now.attempt}${now.again ? ' again' : ''}` : now.kind
}

type Row = readonly [
  sentence: string,
  rules: Rules,
  story: string,
  states: string,
  deed: string,
  why?: string,
]

const once = 'asked, switching 1, switched 1'
const tried = `${once}, +10m, switching 1 again, switched 1 again`
const silent = `${once}, discovered, script, +15m`
const pending = 'idle > pending'
const booting = `${pending} > booting`

const rows: readonly Row[] = [
  ['asked, it is due', by, 'asked', pending, 'start 1', 'waits to be started for attempt 1'],
  ['without a way to its power nobody starts it', rules(), 'asked', pending, 'none'],
  ['who netboots already is not disturbed', by, 'netboots', pending, 'none'],
  ['in the line its clock stands still', by, 'asked, +300h', pending, 'start 1'],
  ['begun, it is due no more', by, 'asked, switching 1', pending, 'none'],
  ['begun once, it begins no second time', by, 'asked, switching 1, switching 1', pending, 'none'],
  ['another one does not begin', by, 'asked, switching 2', pending, 'start 1'],
  [
    'started, it netboots and is installed',
    by,
    `${once}, +40s, discovered, script, ready, done`,
    `${booting} > installing > installed`,
    'none',
  ],
  [
    'it netboots by itself before its turn: no reset',
    by,
    'asked, discovered, switching 1',
    pending,
    'none',
  ],
  [
    'it has its script before its turn: no reset',
    by,
    'asked, script, switching 1',
    booting,
    'none',
  ],
  ['no DISCOVER: once more', by, `${once}, +10m`, pending, 'start 1 again'],
  [
    'the daemon died in the middle: once more',
    by,
    'asked, switching 1, +10m',
    pending,
    'start 1 again',
  ],
  [
    'no DISCOVER again: failed',
    by,
    `${tried}, +10m`,
    `${pending} > failed`,
    'none',
    'started, and no DHCP DISCOVER came from it within 10 min',
  ],
  ['a DISCOVER of the second try', by, `${tried}, +5m, discovered, +5m, script`, booting, 'none'],
  [
    'a BMC that refuses is asked once more, after a minute',
    by,
    'asked, switching 1, refused 1, +60s',
    pending,
    'start 1 again',
  ],
  [
    'and no third time',
    by,
    'asked, switching 1, refused 1, +60s, switching 1 again, refused 1 again',
    `${pending} > failed`,
    'none',
    'it could not be started: bmc:623 refuses the user admin or the password',
  ],
  [
    'somebody presses the button while the BMC refuses',
    by,
    'asked, switching 1, refused 1, discovered, script',
    booting,
    'none',
  ],
  [
    'its system has had its script and stays: failed',
    by,
    'asked, switching 1, script, stays 1',
    `${booting} > failed`,
    'none',
    'it could not be started: its system does not boot the installer: kexec cannot load it',
  ],
  [
    'its system stays before it has its script: once more',
    by,
    'asked, switching 1, stays 1, +60s',
    pending,
    'start 1 again',
  ],
  [
    'what is said of another attempt, or by a BMC, fails none',
    by,
    'asked, switching 1, script, refused 1, stays 2',
    booting,
    'none',
  ],
  [
    'its installer has spoken: it did not stay',
    by,
    'asked, switching 1, script, alive, stays 1',
    booting,
    'none',
  ],
  [
    'it netboots and never asks for its script',
    by,
    `${once}, discovered, +15m, switching 1 again, switched 1 again, discovered, +15m`,
    `${pending} > failed`,
    'none',
    'it netbooted, and asked for no script within 15 min',
  ],
  ['its installer is silent: the next attempt', by, silent, booting, 'start 2'],
  ['its installer speaks late: no reset', by, `${silent}, alive, switching 2`, booting, 'none'],
  [
    'its installer speaks while the start begins: it counts no more',
    by,
    `${silent}, switching 2, alive, switched 2, +5m`,
    booting,
    'none',
  ],
  [
    'attempts are used up',
    twice,
    `${silent}, switching 2, switched 2, discovered, script, +15m`,
    `${booting} > failed`,
    'none',
    'bootTimeout: no sign of life after 2 boots',
  ],
  [
    'the second attempt never netboots',
    twice,
    `${silent}, switching 2, switched 2, +10m, switching 2 again, switched 2 again, +10m`,
    `${booting} > failed`,
    'none',
  ],
  ['cancelled', by, 'asked, cancelled', `${pending} > idle`, 'none'],
  [
    'cancelled in the middle',
    by,
    `asked, switching 1, cancelled, switched 1, +20m`,
    `${pending} > idle`,
    'none',
  ],
  [
    'an answer to an earlier install',
    by,
    'asked, switching 1, asked, switched 1',
    pending,
    'start 1',
  ],
  [
    'switched off when it is installed',
    off,
    `${once}, discovered, script, ready, done, up`,
    `${booting} > installing > verifying > installed`,
    'off',
  ],
  [
    'at most once',
    off,
    `${once}, discovered, script, ready, done, up, switching-off`,
    `${booting} > installing > verifying > installed`,
    'none',
  ],
  [
    'and not what is booted once, which works from now on',
    rescue,
    `${once}, discovered, script, delivered`,
    `${booting} > installed`,
    'none',
  ],
  [
    'and not when it failed',
    off,
    `${once}, discovered, script, ready, failed`,
    `${booting} > installing > failed`,
    'none',
  ],
]

for (const [sentence, rules, story, states, due, why] of rows) {
  t.test(sentence, async t => {
    const told = tell(story, rules)
    t.equal(told.states, states)
    t.equal(deed(told), due)
    if (why !== undefined) t.equal(sentenceOf(told.life.why), why)
  })
}

t.test('how long its POST takes is learnt, and bounds the next wait', async t => {
  const first = tell(`${once}, +50s, discovered, script, ready, done`, by)
  t.equal(first.life.post, 50)
  const next = tell(`${once}, +149s`, by, first.life)
  t.equal(deed(next), 'none')
  t.equal(deed(tell(`${once}, +150s`, by, first.life)), 'start 1 again')
  const long = tell(`${once}, +9m, discovered, script, ready, done`, by)
  t.equal(deed(tell(`${once}, +10m`, by, long.life)), 'start 1 again', 'at most what the host says')
})

t.test('what the BMC did not keep is named when nothing comes of it', async t => {
  const doubt = { code: 'netboot-not-kept', is: 'the disk' } as const
  const which = { attempt: 1, again: false }
  const events = [
    { kind: 'asked' },
    { kind: 'switching', ...which },
    { kind: 'switched', ...which, outcome: { ok: true, doubt } },
  ] as const
  const life = events.reduce((life, event) => nextState(life, event, by, start)?.life ?? life, idle)
  const told = tell('+10m', by, life)
  t.match(told.notes, [/no DHCP DISCOVER .*: it took the next boot .* shows the disk now/])
})

t.test('a start that waits for its turn is no boot: the script goes on', async t => {
  t.ok(isDue(tell('asked', by).life))
  t.ok(isDue(tell(silent, by).life))
})
