import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { mac, startHttp, stranger } from '../daemon.ts'

/** node1 has booted its installer. */
async function booted(t: Test) {
  const http = await startHttp(t)
  http.install()
  await http.ask(`/boot/${mac}/boot.ipxe`)
  const post = (payload: string | Buffer, type?: string, query = '') =>
    http.say(query, { payload, headers: type === undefined ? {} : { 'content-type': type } })
  return { ...http, post }
}

const json = 'application/json'
const form = 'application/x-www-form-urlencoded'

const spellings = [
  ['JSON', '{"event":"progress","message":"half","percent":50}', json, ''],
  ['JSON that does not say so', ' {"event":"progress","message":"half","percent":50}', form, ''],
  ['JSON without a type', '{"event":"progress","message":"half","percent":"50"}', undefined, ''],
  ['a form', 'event=progress&message=half&percent=50', form, ''],
  ['a form without a type', 'event=progress&message=half&percent=50', undefined, ''],
  ['plain text', 'event=progress&message=half&percent=50', 'text/plain', ''],
  ['a query and no body', '', undefined, '?event=progress&message=half&percent=50'],
  ['message in the query, event in the body', 'event=progress', form, '?message=half&percent=50'],
] as const

for (const [how, body, type, query] of spellings) {
  t.test(`phone home as ${how}`, async t => {
    const { post, memory, timeline } = await booted(t)
    const reply = await post(body, type, query)
    t.equal(reply.statusCode, 204)
    t.equal(reply.body, '')
    t.match(memory.hosts.get('node1'), { percent: 50, message: 'half', life: { alive: true } })
    t.strictSame(timeline('node1', 'phone-home'), ['progress 50 %: half'])
  })
}

for (const method of ['GET', 'PUT'] as const) {
  t.test(`phone home by ${method}`, async t => {
    const { say, state } = await booted(t)
    t.equal((await say('?event=done', { method })).statusCode, 204)
    t.equal(state(), 'installed')
  })
}

t.test('cloud-init: the event in the query, its own form in the body, kept as facts', async t => {
  const { post, memory, state } = await booted(t)
  const body = 'pub_key_rsa=ssh-rsa+AAAA&instance_id=i-1&hostname=node1&event=failed'
  t.equal((await post(body, form, '?event=ready')).statusCode, 204)
  t.equal(state(), 'installing')
  t.strictSame(memory.hosts.facts('node1'), {
    ...{ pub_key_rsa: 'ssh-rsa AAAA', instance_id: 'i-1', hostname: 'node1', event: 'failed' },
  })
})

t.test('without an event it is 400 and nothing changes', async t => {
  const { post, memory, clock } = await booted(t)
  const before = memory.hosts.get('node1')
  const rows = [
    ['', undefined, ''],
    ['message=half', form, ''],
    ['event=nonsense', form, ''],
    ['{"event":["ready"]}', json, ''],
    ['{"event":null}', json, ''],
    ['"ready"', json, ''],
    ['[1,2]', json, ''],
    ['{"event":"ready"', json, ''],
    ['', undefined, '?event='],
    ['', undefined, '?event=ready&event=done'],
    ['', undefined, '?event=constructor'],
  ] as const
  for (const [body, type, query] of rows) {
    // What says nothing counts too: the rate is looked at before the body.
    clock.now += 1000
    const reply = await post(body, type, query)
    t.equal(reply.statusCode, 400, `${query} ${body}`)
    t.match(reply.body, 'event is missing: one of ready, progress, done, failed, up or again')
  }
  t.strictSame(memory.hosts.get('node1'), before)
})

t.test(
  'a wrong token is 404, a stranger who says ready 403, and neither changes anything',
  async t => {
    const { app, say, memory, timeline } = await booted(t)
    const before = memory.hosts.get('node1')
    for (const token of ['nonsense', '..%2f..%2fhealthz', 'a'.repeat(200), '%00']) {
      const reply = await app.inject({ method: 'POST', url: `/phone-home/${token}?event=done` })
      t.equal(reply.statusCode, 404, token)
    }
    t.equal((await say('?event=ready', { remoteAddress: stranger })).statusCode, 403)
    t.strictSame(memory.hosts.get('node1'), before)
    t.match(timeline('node1', 'stranger'), [/127\.0\.0\.66/])
  },
)

t.test('a repetition is 204', async t => {
  const { say, state } = await booted(t)
  for (const event of ['ready', 'ready', 'done', 'done', 'ready'])
    t.equal((await say(`?event=${event}`)).statusCode, 204)
  t.equal(state(), 'installed')
})

t.test('the 11th in a second is 429', async t => {
  const { say, clock } = await booted(t)
  for (let n = 0; n < 10; n++) t.equal((await say('?event=progress')).statusCode, 204)
  const reply = await say('?event=progress')
  t.equal(reply.statusCode, 429)
  clock.now += 1000
  t.equal((await say('?event=progress')).statusCode, 204)
})

t.test('JSON of 256 KiB is heard, a byte more is 413 and says what to do', async t => {
  const { post, state } = await booted(t)
  const sized = (bytes: number) => {
    const head = '{"event":"ready","x":"'
    return `${head}${'x'.repeat(bytes - head.length - 2)}"}`
  }
  const reply = await post(sized(256 * 1024 + 1), json)
  t.equal(reply.statusCode, 413)
  t.match(reply.body, /put event into the query/)
  t.equal(state(), 'booting')
  t.equal((await post(sized(256 * 1024), json)).statusCode, 204)
  t.equal(state(), 'installing')
})

t.test('facts without measure are left out, which is said, and the event counts', async t => {
  const { post, state, memory, timeline } = await booted(t)
  const facts = Object.fromEntries(Array.from({ length: 22_000 }, (_, n) => [`k${n}`, 1]))
  t.equal((await post(JSON.stringify({ event: 'ready', facts }), json)).statusCode, 204)
  t.equal(state(), 'installing')
  t.equal(memory.hosts.facts('node1'), undefined)
  t.strictSame(timeline('node1', 'phone-home'), [
    'ready (22000 facts were left out: at most 256 are kept)',
  ])
  const long = { event: 'progress', facts: { text: 'x'.repeat(17_000) } }
  t.equal((await post(JSON.stringify(long), json)).statusCode, 204)
  t.match(timeline('node1', 'phone-home').at(-1), /^progress \(17 KiB of facts were left out/)
  t.equal(memory.hosts.facts('node1'), undefined)
})

t.test(
  'a log of 300 KB with the event in the query: the event counts, and the log is cut',
  async t => {
    const { post, state, memory, timeline } = await booted(t)
    const log = Buffer.from(`${'partman: looking for disks\n'.repeat(11_111)}no disk found\n`)
    t.equal((await post(log, form, '?event=failed&message=partitioning')).statusCode, 204)
    t.equal(state(), 'failed')
    t.match(memory.hosts.get('node1')?.life, { why: { message: 'partitioning' } })
    t.strictSame(timeline('node1', 'phone-home'), [
      'failed: partitioning (293 KiB of text were sent with it and not kept)',
    ])
  },
)

t.test('a log without a message: its last line is the message', async t => {
  const { post, memory } = await booted(t)
  t.equal((await post('line one\nno disk found\n', form, '?event=failed')).statusCode, 204)
  t.match(memory.hosts.get('node1')?.life, { why: { message: 'no disk found' } })
  t.equal(memory.hosts.facts('node1'), undefined)
})

t.test('300 KB of one letter, zeros or JSON: the event of the query counts', async t => {
  for (const body of [
    'a'.repeat(300_000),
    '\0'.repeat(300_000),
    `{"a":"${'b'.repeat(300_000)}"}`,
  ]) {
    const { post, timeline } = await booted(t)
    t.equal((await post(body, form, '?event=failed&message=m')).statusCode, 204)
    t.match(timeline('node1', 'phone-home'), [/^failed: m \(293 KiB .* not kept\)$/])
  }
})

t.test('a form of 300 KB that begins with its event', async t => {
  const { post, timeline } = await booted(t)
  t.equal((await post(`event=failed&message=m&log=${'x'.repeat(300_000)}`, form)).statusCode, 204)
  t.strictSame(timeline('node1', 'phone-home'), ['failed: m'])
})

const multipart = 'multipart/form-data; boundary=----x'
const part = (name: string, value: string) =>
  `------x\r\nContent-Disposition: form-data; ${name}\r\n\r\n${value}\r\n`

t.test('curl -F: multipart/form-data', async t => {
  const { post, memory, timeline } = await booted(t)
  const fields = `${part('name="event"', 'progress')}${part('name="percent"', '40')}`
  t.equal((await post(`${fields}------x--\r\n`, multipart)).statusCode, 204)
  t.match(memory.hosts.get('node1'), { percent: 40 })
  const log = part('name="log"; filename="install.log"', 'x\n'.repeat(200_000))
  const whole = `${part('name="event"', 'failed')}${log}------x--\r\n`
  t.equal((await post(whole, multipart)).statusCode, 204, 'its event stands before the file')
  t.equal((await post(`${log}------x--\r\n`, multipart, '?event=failed')).statusCode, 204)
  t.match(timeline('node1', 'phone-home'), ['progress 40 %', 'failed', /files .* were not kept/])
})

t.test('a form of 50,000 keys: the first hundred are read', async t => {
  const { post, memory, timeline } = await booted(t)
  const keys = Array.from({ length: 50_000 }, (_, n) => `k${n.toString(36)}=1`).join('&')
  t.equal((await post(`event=progress&${keys}`, form)).statusCode, 204)
  t.equal((await post(keys, form, '?event=progress')).statusCode, 204)
  t.equal(Object.keys(memory.hosts.facts('node1') ?? {}).length, 100)
  t.match(timeline('node1', 'phone-home').at(-1), /only 100 fields were kept/)
})

t.test('who is nobody, or too often here, is sent away before a body is read', async t => {
  const { app, say } = await booted(t)
  for (let n = 0; n < 10; n++) await say('?event=progress')
  const nobody = '/phone-home/AAAAAAAAAAAAAAAAAAAAAAAA'
  for (const [url, status, type] of [
    [nobody, 404, form],
    [nobody, 404, json],
    [nobody, 404, multipart],
    ['/files/AAAAAAAAAAAAAAAAAAAAAAAA/preseed', 404, form],
    ['', 429, form],
    ['', 429, json],
  ] as const) {
    let read = 0
    const body = new Readable({
      read() {
        read++
        this.push(Buffer.alloc(1024, 'a'))
        if (read > 1000) this.push(null)
      },
    })
    const more = { payload: body, method: 'POST', headers: { 'content-type': type } } as const
    const reply = url === '' ? await say('', more) : await app.inject({ ...more, url })
    t.equal(reply.statusCode, status)
    t.ok(read < 1000, `${url} ${type}: ${read} KiB were read`)
  }
})

const deep = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
const hostile = [
  ['deep JSON', `{"event":"progress","facts":${deep(30_000)}}`, json, 204],
  [
    'deep lists',
    `{"event":"progress","facts":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`,
    json,
    204,
  ],
  ['deep JSON in a form', `event=progress&facts=${encodeURIComponent(deep(8000))}`, form, 204],
  ['__proto__', '{"event":"progress","__proto__":{"event":"done"},"constructor":{}}', json, 204],
  ['__proto__ in facts', '{"event":"progress","facts":{"__proto__":{"admin":true}}}', json, 204],
  ['__proto__ in a form', 'event=progress&__proto__=x&constructor=y', form, 204],
  ['huge numbers', '{"event":"progress","percent":1e999,"facts":{"n":1e999}}', json, 204],
  ['a negative percent', '{"event":"progress","percent":-1e308}', json, 204],
  ['no percent at all', '{"event":"progress","percent":{"a":1}}', json, 204],
  ['a message of a list', '{"event":"progress","message":[1,2]}', json, 204],
  ['control characters', '{"event":"progress","message":"\\u0000\\u001b[2J\\n\\u202e"}', json, 204],
  [
    'half a surrogate',
    '{"event":"progress","message":"\\ud800","facts":{"\\udfff":"\\ud800"}}',
    json,
    204,
  ],
  ['a million ampersands', `event=progress${'&'.repeat(200_000)}`, form, 204],
  ['percent signs', 'event=progress&message=%%%zz%ff%00', form, 204],
] as const

for (const [what, body, type, status] of hostile) {
  t.test(`hostile: ${what}`, async t => {
    const { post, state, memory } = await booted(t)
    t.equal((await post(body, type)).statusCode, status)
    t.equal(state(), 'booting', 'progress is all that was heard')
    const { percent, message } = memory.hosts.get('node1') ?? {}
    t.ok(percent === undefined || (percent >= 0 && percent <= 100))
    t.notMatch(message ?? '', /\p{Cc}/u)
    t.equal(({} as { admin?: boolean }).admin, undefined)
  })
}

t.test('hostile: broken UTF-8 is an answer, never an error of ours', async t => {
  const { post, say, state } = await booted(t)
  const bytes = Buffer.concat([
    Buffer.from('event=progress&message='),
    Buffer.from([0xff, 0xc0, 0x80]),
  ])
  for (const type of [form, json, 'text/plain', undefined])
    t.ok((await post(bytes, type)).statusCode < 500)
  t.ok((await say('?event=progress&message=%ff%c0%80')).statusCode < 500)
  t.equal(state(), 'booting')
})

t.test('hostile: random bodies', async t => {
  const { post, clock, state } = await booted(t)
  let seed = 7
  const roll = (sides: number) => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
    return (seed >>> 8) % sides
  }
  const base = Buffer.from('{"event":"progress","message":"m","facts":{"a":[1,2,{"b":null}]}}')
  for (let n = 0; n < 300; n++) {
    if (n % 8 === 0) clock.now += 1000
    const body = Buffer.from(base.subarray(0, roll(2) ? base.length : roll(base.length)))
    for (let flips = roll(4); flips > 0 && body.length > 0; flips--)
      body[roll(body.length)] = roll(256)
    const { statusCode } = await post(body, [json, form, 'application/octet-stream'][roll(3)])
    if (statusCode >= 500) t.fail(`${statusCode} for ${body.toString('latin1')}`)
  }
  t.equal(state(), 'booting')
})

t.test('types of every kind are read', async t => {
  const { post } = await booted(t)
  const types = ['multipart/form-data', 'text/xml; charset=x', 'application/json; charset=utf-16']
  for (const type of [...types, 'application/octet-stream'])
    t.equal(
      (await post('event=progress', type)).statusCode,
      type.includes('json') ? 400 : 204,
      type,
    )
  for (const type of ['', 'nonsense', '/', ';'])
    t.ok((await post('event=progress', type)).statusCode < 500, type)
})
