import t from 'tap'
import { deadline } from '../../src/boot/deadline.ts'
import { idle, isDue, type Life, type Rules } from '../../src/boot/life.ts'
import { nextState } from '../../src/boot/next-state.ts'
import { sentenceOf } from '../../src/boot/words/reason.ts'
import { rules, start, tell } from './examples.ts'

const agent = rules()
const command = rules({ deploy: 'command' })
const verify = rules({ verifyUp: 15 * 60 })
const patient = rules({ attempts: 100 })

type Row = readonly [
  sentence: string,
  rules: Rules,
  story: string,
  state: Life['state'],
  why?: string,
]

const silent = 'bootTimeout: no sign of life after 1 boot'
const timeout = 'timeout: the install did not end in time'
const cameBack = 'it came back from the network and never said done'

const rows: readonly Row[] = [
  ['a wish waits for a day', agent, 'asked, +23h', 'pending'],
  ['and no longer', agent, 'asked, +24h', 'failed', 'expired: it did not netboot in time'],
  ['asked again, the day begins again', agent, 'asked, +23h, asked, +23h', 'pending'],
  ['a silent boot has 15 minutes', agent, 'asked, +5h, script, +14m', 'booting'],
  ['and no longer', agent, 'asked, +5h, script, +15m', 'failed', silent],
  [
    'a machine that still downloads is not silent',
    agent,
    'asked, script, +14m, heard, +14m',
    'booting',
  ],
  [
    'when the downloads end the 15 minutes begin',
    agent,
    'asked, script, +14m, heard, +15m',
    'failed',
    silent,
  ],
  [
    'each boot has 15 minutes of its own',
    patient,
    'asked, script, +14m, discovered, script, +14m',
    'booting',
  ],
  [
    'and the sentence counts the boots',
    patient,
    'asked, script, discovered, script, +15m',
    'failed',
    'bootTimeout: no sign of life after 2 boots',
  ],
  [
    'an installer that was heard has its hour',
    agent,
    'asked, script, +14m, alive, +59m',
    'booting',
  ],
  ['and no longer', agent, 'asked, script, +14m, alive, +60m', 'failed', timeout],
  [
    'progress does not lengthen the hour',
    agent,
    'asked, script, ready, +59m, progress, +1m',
    'failed',
    timeout,
  ],
  [
    'the hour of the work begins with ready',
    agent,
    'asked, script, alive, +50m, ready, +59m',
    'installing',
  ],
  ['and ends', agent, 'asked, script, alive, +50m, ready, +60m', 'failed', timeout],
  [
    'a command has the same hour',
    command,
    'asked, script, ready, started, +60m',
    'failed',
    timeout,
  ],
  [
    'which begins when its turn has come',
    command,
    'asked, script, ready, +50h, started, +59m',
    'installing',
  ],
  ['and not before', command, 'asked, script, ready, +50h', 'installing'],
  [
    'who came back while he waited has lost his installer',
    command,
    'asked, script, ready, +1h, discovered, +10m',
    'failed',
    'it came back from the network and never said done',
  ],
  [
    'either sign of the installed system has its time',
    rules({ verifyUp: 60, verifySsh: 900 }),
    'asked, script, ready, done, +14m',
    'verifying',
  ],
  [
    'and then it never came back',
    rules({ verifySsh: 900 }),
    'asked, script, ready, done, +15m',
    'failed',
    'never came back: no SSH from the installed system',
  ],
  [
    'again sets the clocks to those of a boot',
    agent,
    'asked, script, ready, +50m, again, +14m',
    'booting',
  ],
  [
    'and they run out',
    agent,
    'asked, script, ready, +50m, again, +15m',
    'failed',
    'bootTimeout: no sign of life after 0 boots',
  ],
  [
    'it came back: 10 minutes are left',
    agent,
    'asked, script, ready, discovered, +9m',
    'installing',
  ],
  ['and no more', agent, 'asked, script, ready, discovered, +10m', 'failed', cameBack],
  [
    'they count from the first time',
    agent,
    'asked, script, ready, discovered, +9m, discovered, +1m',
    'failed',
    cameBack,
  ],
  [
    'a packet with its MAC ends no deploy: it has its own end, and its time',
    command,
    'asked, script, ready, started, +5m, discovered, +54m',
    'installing',
  ],
  [
    'and its time ends it',
    command,
    'asked, script, ready, started, +5m, discovered, +55m',
    'failed',
    'timeout: the install did not end in time',
  ],
  [
    'nor the work that a webhook began',
    rules({ deploy: 'webhook' }),
    'asked, script, ready, +5m, discovered, +50m, done',
    'installed',
  ],
  [
    'it came back, and its installer is at work: somebody else has its MAC',
    agent,
    'asked, script, ready, discovered, +9m, progress, +9m',
    'installing',
  ],
  [
    'it came back once more after that',
    agent,
    'asked, script, ready, discovered, progress, discovered, +10m',
    'failed',
    cameBack,
  ],
  [
    'it came back and said done',
    agent,
    'asked, script, ready, discovered, +9m, done, +9h',
    'installed',
  ],
  ['it came back and said up', agent, 'asked, script, ready, script, +9m, up, +9h', 'installed'],
  [
    'it came back before ready',
    agent,
    'asked, script, alive, discovered, +10m',
    'failed',
    cameBack,
  ],
  [
    'it came back near the end of its hour',
    agent,
    'asked, script, ready, +55m, discovered, +5m',
    'failed',
    timeout,
  ],
  [
    'it came back and is up while the command still works: the hour counts',
    command,
    'asked, script, ready, discovered, up, +30m',
    'installing',
  ],
  [
    'it came back and said done while the command still works: the hour counts',
    command,
    'asked, script, ready, discovered, done, +30m',
    'installing',
  ],
  [
    'it was up, and then it came back',
    command,
    'asked, script, ready, up, discovered, +30m',
    'installing',
  ],
  [
    'the installed system has 15 minutes to say up',
    verify,
    'asked, script, ready, done, +14m',
    'verifying',
  ],
  ['an end has no clock', agent, 'asked, script, done, +24h', 'installed'],

  [
    'late done mends a failure by time',
    agent,
    'asked, script, ready, +2h, done',
    'installed',
    'late done',
  ],
  ['late up mends it too', verify, 'asked, script, ready, done, +2h, up', 'installed', 'late up'],
  [
    'late done mends attempts used up',
    rules({ attempts: 1 }),
    'asked, script, discovered, script, done',
    'installed',
    'late done',
  ],
  ['late ready mends nothing', agent, 'asked, script, +2h, ready', 'failed', silent],
  [
    'a failure that was said is not mended',
    agent,
    'asked, script, failed: no disk, done',
    'failed',
  ],
  [
    'a command that failed is not mended',
    command,
    'asked, script, ready, undeployed: exit code 1, up',
    'failed',
  ],
  [
    'a wish that was asked again is not mended',
    agent,
    'asked, script, +2h, asked, done, up',
    'pending',
  ],
]

for (const [sentence, by, story, state, why] of rows) {
  t.test(`${sentence}: ${story}`, async t => {
    const { life } = tell(story, by)
    t.equal(life.state, state, life.why.code)
    if (why !== undefined) t.equal(sentenceOf(life.why), why)
  })
}

t.test('attempts', async t => {
  const boots = (count: number) => 'discovered, script, '.repeat(count)

  t.test('the same boot is the same attempt, however often it asks', async t => {
    const told = tell(`asked, discovered, ${'script, '.repeat(20)} script`, agent)
    t.equal(told.opened, 1)
    t.equal(told.life.attempt, 1)
  })
  t.test('a new boot is the next attempt', async t => {
    const told = tell(`asked, ${boots(2)} script`, agent)
    t.equal(told.opened, 2)
    t.match(told.life, { state: 'booting', attempt: 2, unanswered: 2 })
  })
  t.test('where we see no DHCP, a pause is a new boot', async t => {
    t.equal(tell('asked, script, script, new script', agent).opened, 2)
  })
  t.test('three silent boots, and the fourth gets its disk', async t => {
    const told = tell(`asked, ${boots(4)} script`, agent)
    t.equal(told.opened, 3)
    t.match(told.life, { state: 'failed', byTime: true })
    t.equal(sentenceOf(told.life.why), 'attempts used up: 3 boots without a sign of life')
    t.equal(told.notified, 'asked failed')
    t.equal(isDue(told.life), false)
  })
  t.test('a sign of life takes the silent boots back', async t => {
    const told = tell(`asked, ${boots(3)} ready, again, ${boots(3)} script`, agent)
    t.equal(told.life.state, 'booting')
    t.equal(told.opened, 6)
  })
  t.test('after a sign of life the next netboot gets its disk, and is noted', async t => {
    const told = tell('asked, script, alive, discovered, script, script', agent)
    t.equal(told.opened, 1)
    t.equal(isDue(told.life), false)
    t.equal(told.notes.length, 1)
    t.match(told.notes[0], /^came back/)
  })
})

t.test('a deadline says when and why, in milliseconds', async t => {
  t.equal(deadline(idle, agent, 0), undefined)
  const pending = nextState(idle, { kind: 'asked' }, agent, start)?.life ?? idle
  t.strictSame(deadline(pending, agent, 0), {
    at: start + 24 * 3600_000,
    why: { code: 'expired' },
  })
})
