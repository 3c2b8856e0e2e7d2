import t from 'tap'
import { idle, isDue, isRunning, type Rules } from '../../src/boot/life.ts'
import { sentenceOf } from '../../src/boot/words/reason.ts'
import { rules, type Told, tell } from './examples.ts'

const agent = rules()
const command = rules({ deploy: 'command' })
const webhook = rules({ deploy: 'webhook' })
const verify = rules({ verifyUp: 15 * 60 })
const both = rules({ deploy: 'command', verifyUp: 15 * 60 })
const once = rules({ boot: 'once' })

type Row = readonly [
  sentence: string,
  rules: Rules,
  story: string,
  states: string,
  also?: Partial<Omit<Told, 'states' | 'life'>> & { why?: string },
]

const begun = 'idle > pending > booting > installing'

const rows: readonly Row[] = [
  [
    'nothing happens to a host nobody asks for',
    agent,
    'discovered, script, ready, done, up',
    'idle',
  ],
  [
    'an installer that works by itself',
    agent,
    'asked, discovered, script, alive, ready, progress, done',
    `${begun} > installed`,
    {
      notified: 'asked ready installed',
      opened: 1,
      deploys: 'end end',
      why: 'the install is done',
    },
  ],
  [
    'a command that installs',
    command,
    'asked, discovered, script, ready, deployed',
    `${begun} > installed`,
    { notified: 'asked ready installed', deploys: 'end start end' },
  ],
  [
    'a machine that is not what is expected is left alone',
    command,
    'asked, script, unexpected, ready, started',
    'idle > pending > booting > failed',
    {
      notified: 'asked failed',
      deploys: 'end end',
      why: 'it is not what the config expects: it told nothing about itself, and `expect` has to be checked',
    },
  ],
  [
    'only before anything destructive is it asked what it is',
    command,
    'asked, script, ready, unexpected',
    begun,
  ],
  [
    'the installed system answers by SSH',
    rules({ deploy: 'command', verifySsh: 900 }),
    'asked, script, ready, started, deployed, answered',
    `${begun} > verifying > installed`,
    { notified: 'asked ready installed', why: 'the SSH of the installed system answers' },
  ],
  [
    'nothing answers before its install has ended',
    rules({ deploy: 'command', verifySsh: 900 }),
    'asked, script, answered, ready, answered',
    begun,
  ],
  [
    'a webhook starts the work, and the machine says when it is done',
    webhook,
    'asked, script, ready, done',
    `${begun} > installed`,
    { deploys: 'end start end' },
  ],
  [
    'what the installer says while a command installs does not end it',
    command,
    'asked, script, ready, done, progress',
    begun,
    { notes: ['done noted: the end of deploy decides'] },
  ],
  [
    'done before ready does not skip the command that installs',
    command,
    'asked, script, done',
    'idle > pending > booting',
    { notified: 'asked', deploys: 'end' },
  ],
  [
    'up before ready does not skip the command that installs',
    command,
    'asked, script, up',
    'idle > pending > booting',
    { notified: 'asked' },
  ],
  [
    'a failing command fails the install',
    command,
    'asked, script, ready, undeployed: exit code 1',
    `${begun} > failed`,
    { notified: 'asked ready failed', why: 'deploy failed: exit code 1' },
  ],
  [
    'up before the command ended: installed when it has, not before',
    both,
    'asked, script, ready, up, deployed',
    `${begun} > installed`,
    { notes: ['the installed system is up; deploy has not ended yet'] },
  ],
  [
    'the installer says that it failed',
    agent,
    'asked, script, ready, failed: no disk',
    `${begun} > failed`,
    { notified: 'asked ready failed', why: 'the installer says it failed: no disk' },
  ],
  [
    'it fails before it is ready',
    agent,
    'asked, script, failed: no network',
    'idle > pending > booting > failed',
    { notified: 'asked failed' },
  ],
  [
    'done without ready is an end too',
    agent,
    'asked, script, done',
    'idle > pending > booting > installed',
  ],
  [
    'up without done: the installed system is the best witness',
    agent,
    'asked, script, ready, up',
    `${begun} > installed`,
    { why: 'the installed system is up' },
  ],
  [
    'ready, progress and done said twice change nothing more',
    agent,
    'asked, script, ready, ready, progress, progress, done, done',
    `${begun} > installed`,
    { notified: 'asked ready installed' },
  ],

  [
    'verify: installed only when the installed system says so',
    verify,
    'asked, script, ready, done, discovered, script, up',
    `${begun} > verifying > installed`,
    { notified: 'asked ready installed', opened: 1 },
  ],
  [
    'verify after a command',
    both,
    'asked, script, ready, deployed, up',
    `${begun} > verifying > installed`,
  ],
  [
    'verify: it never came back',
    verify,
    'asked, script, ready, done, +15m',
    `${begun} > verifying > failed`,
    { why: 'never came back: no up from the installed system' },
  ],
  [
    'verify: what it says of a failure counts',
    verify,
    'asked, script, ready, done, failed: no bootloader',
    `${begun} > verifying > failed`,
  ],

  [
    'once is done when it is delivered',
    once,
    'asked, script, delivered',
    'idle > pending > booting > installed',
    { notified: 'asked installed', why: 'booted once, as asked' },
  ],
  [
    'once, delivered unseen: the next boot finds it done',
    once,
    'asked, discovered, script, script, discovered, script',
    'idle > pending > booting > installed',
    { opened: 1 },
  ],
  [
    'once, where we see no DHCP',
    once,
    'asked, script, script, new script',
    'idle > pending > booting > installed',
    { opened: 1 },
  ],
  [
    'once, when what runs there phones home',
    once,
    'asked, script, ready',
    'idle > pending > booting > installed',
    { notified: 'asked installed' },
  ],

  [
    'it asks to be booted again, and that is the next attempt',
    agent,
    'asked, script, ready, again, discovered, script, ready, done',
    `${begun} > booting > installing > installed`,
    { opened: 2, notified: 'asked ready ready installed' },
  ],
  ['again before ready', agent, 'asked, script, again, script, ready', begun, { opened: 2 }],
  [
    'again said twice is said once',
    agent,
    'asked, script, ready, again, again, script, script',
    `${begun} > booting`,
    { opened: 2 },
  ],
  [
    'again is left to the command that installs',
    command,
    'asked, script, ready, again',
    begun,
    { notes: ['again noted: the end of deploy decides'] },
  ],
]

for (const [sentence, by, story, states, also = {}] of rows) {
  t.test(sentence, async t => {
    const told = tell(story, by)
    t.equal(told.states, states, `${story}: ${told.life.why.code}`)
    const { why, ...rest } = also
    t.match(told, rest)
    if (why !== undefined) t.equal(sentenceOf(told.life.why), why)
  })
}

t.test('only pending and a booting machine without a sign of life are due', async t => {
  const due = (story: string, by = agent) => isDue(tell(story, by).life)
  t.equal(isDue(idle), false)
  t.equal(due('asked'), true)
  t.equal(due('asked, script'), true)
  t.equal(due('asked, script, discovered'), true)
  t.equal(due('asked, script, alive'), false)
  t.equal(due('asked, script, progress'), false)
  t.equal(due('asked, script, done', command), false, 'any phone home is a sign of life')
  t.equal(due('asked, script, ready'), false)
  t.equal(due('asked, script, ready, again'), true)
  t.equal(due('asked, script, done', verify), false)
  t.equal(due('asked, script, done'), false)
  t.equal(due('asked, script, failed'), false)
  t.equal(isRunning(tell('asked', agent).life), true)
  t.equal(isRunning(tell('asked, script, done', verify).life), true)
  t.equal(isRunning(tell('asked, script, done', agent).life), false)
})
