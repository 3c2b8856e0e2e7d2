import t from 'tap'
import type { Rules } from '../../src/boot/life.ts'
import { sentenceOf } from '../../src/boot/words/reason.ts'
import { rules, type Told, tell } from './examples.ts'

const agent = rules()
const command = rules({ deploy: 'command' })
const verify = rules({ verifyUp: 15 * 60 })

type Row = readonly [
  sentence: string,
  rules: Rules,
  story: string,
  states: string,
  also?: Partial<Omit<Told, 'states' | 'life'>> & { why?: string },
]

const begun = 'idle > pending > booting > installing'

/** Asked again, cancelled, and out of the config. */
const rows: readonly Row[] = [
  [
    'asked again while it waits: the newer wish counts',
    agent,
    'asked, asked',
    'idle > pending',
    { notified: 'asked asked', revoked: 2 },
  ],
  [
    'asked again in the middle: whatever ran is over',
    command,
    'asked, script, ready, asked',
    `${begun} > pending`,
    { deploys: 'end start end', revoked: 2 },
  ],
  [
    'asked again after the end',
    agent,
    'asked, script, done, asked',
    'idle > pending > booting > installed > pending',
  ],
  ['asked again after a failure', agent, 'asked, +24h, asked', 'idle > pending > failed > pending'],

  [
    'cancelled while it waits',
    agent,
    'asked, cancelled',
    'idle > pending > idle',
    { notified: 'asked cancelled', revoked: 2 },
  ],
  [
    'cancelled while it boots',
    agent,
    'asked, script, cancelled, script',
    'idle > pending > booting > idle',
    { opened: 1, revoked: 2 },
  ],
  [
    'cancelled while it installs: the command is ended',
    command,
    'asked, script, ready, cancelled, done, up',
    `${begun} > idle`,
    { deploys: 'end start end', notified: 'asked ready cancelled', revoked: 2 },
  ],
  [
    'cancelled while it is verified',
    verify,
    'asked, script, ready, done, cancelled, up',
    `${begun} > verifying > idle`,
  ],
  ['there is nothing to cancel in idle', agent, 'cancelled', 'idle', { notified: '' }],
  [
    'there is nothing to cancel after the end',
    agent,
    'asked, script, done, cancelled',
    'idle > pending > booting > installed',
    { notified: 'asked installed' },
  ],
  [
    'there is nothing to cancel after a failure',
    agent,
    'asked, script, failed, cancelled',
    'idle > pending > booting > failed',
  ],

  [
    'it leaves the config while it waits',
    agent,
    'asked, removed',
    'idle > pending > idle',
    { notified: 'asked cancelled', why: 'cancelled: it left the config' },
  ],
  [
    'it leaves the config in the middle: the attempt goes on to its end',
    agent,
    'asked, script, removed, ready, removed, done',
    `${begun} > installed`,
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
