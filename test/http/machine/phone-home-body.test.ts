import t from 'tap'
import type { PhoneHomeMessage } from '../../../src/boot/phone-home.ts'
import { readSaid } from '../../../src/http/machine/phone-home-body.ts'
import { readPosted } from '../../../src/http/machine/posted-body.ts'

const json = 'application/json'
const form = 'application/x-www-form-urlencoded'

/** What is read of a query and a body. */
async function read(query: Record<string, unknown>, type: string, body: string) {
  const bytes = Buffer.from(body)
  return readSaid(query, await readPosted(type, { bytes, size: bytes.length }))
}

const rows: readonly [
  string,
  Record<string, unknown>,
  string,
  string,
  PhoneHomeMessage | undefined,
][] = [
  ['only an event', { event: 'ready' }, '', '', { event: 'ready' }],
  ['an event in a form', {}, form, 'event=up', { event: 'up' }],
  ['an event in JSON', {}, json, '{"event":"again"}', { event: 'again' }],
  ['no event', {}, json, '{"message":"m"}', undefined],
  ['an event nobody knows', { event: 'exploded' }, '', '', undefined],
  ['nothing', {}, '', '', undefined],
  [
    'the query wins, and the body is somebody else’s',
    { event: 'ready' },
    form,
    'event=done&hostname=x',
    { event: 'ready', facts: { event: 'done', hostname: 'x' } },
  ],
  [
    'an event of the query that nobody knows leaves the body its say',
    { event: 'x' },
    json,
    '{"event":"done"}',
    { event: 'done' },
  ],
  [
    'facts as JSON within a form',
    {},
    form,
    'event=ready&facts={"serial":"A1"}',
    { event: 'ready', facts: { serial: 'A1' } },
  ],
  ['facts that are a list are none', {}, json, '{"event":"ready","facts":[1]}', { event: 'ready' }],
  ['facts that are text are none', {}, form, 'event=ready&facts=hello', { event: 'ready' }],
  [
    'a percent is rounded',
    {},
    json,
    '{"event":"progress","percent":33.4}',
    { event: 'progress', percent: 33 },
  ],
  [
    'and bounded',
    {},
    json,
    '{"event":"progress","percent":333}',
    { event: 'progress', percent: 100 },
  ],
  ['from below too', {}, form, 'event=progress&percent=-3', { event: 'progress', percent: 0 }],
  ['an empty percent is none', {}, form, 'event=progress&percent=', { event: 'progress' }],
  ['a percent of words is none', {}, form, 'event=progress&percent=half', { event: 'progress' }],
  [
    'a message is one printable line',
    {},
    json,
    '{"event":"failed","message":" a\\r\\n\\tb\\u001b[31mc\\u202ed "}',
    { event: 'failed', message: 'a b [31mc d' },
  ],
  [
    'an empty message is none',
    {},
    json,
    '{"event":"failed","message":" \\n "}',
    { event: 'failed' },
  ],
  [
    'a number is a message',
    {},
    json,
    '{"event":"failed","message":7}',
    { event: 'failed', message: '7' },
  ],
]

for (const [what, query, type, body, said] of rows) {
  t.test(what, async t => t.strictSame(await read(query, type, body), said))
}

t.test('a message has at most 1000 characters', async t => {
  const said = await read({ event: 'failed', message: 'x'.repeat(5000) }, '', '')
  t.equal(said?.message?.length, 1000)
})

t.test('facts too deep to be written again are left out, and the rest is heard', async t => {
  const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
  const body = (depth: number) => `{"event":"ready","facts":${nested(depth)}}`
  t.strictSame(await read({}, json, body(50_000)), {
    event: 'ready',
    left: { code: 'facts-too-deep' },
  })
  t.ok((await read({}, json, body(20)))?.facts)
})
