import t, { type Test } from 'tap'
import type { EventRecord } from '../../src/boot/event-record.ts'
import { createEvents, type EventBounds } from '../../src/store/events.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import { makeFolder } from '../folder.ts'
import { start } from './examples.ts'

async function timeline(t: Test, bounds: Partial<EventBounds> = {}) {
  const db = await openSqlite(makeFolder(t))
  t.teardown(() => db.close())
  const clock = { now: start }
  const kept = { events: 3600, perHost: 5000, ...bounds }
  const events = createEvents(
    db,
    () => clock.now,
    () => kept,
  )
  const say = (line: string, host: string | null = 'node1', callback = 'a') =>
    events.record({ host, kind: 'output', code: 'line', data: { callback, line } })
  const texts = (host?: string) => events.newest(100_000, host).map(event => event.text)
  return { db, clock, events, say, texts }
}

t.test('events come back as they were written, oldest first', async t => {
  const { events, say, clock } = await timeline(t)
  say('one')
  clock.now += 1000
  say('two', null)
  t.strictSame(events.after(0, 10), [
    {
      ...{ id: 1, at: start, lastAt: start, count: 1, host: 'node1', kind: 'output' },
      ...{ code: 'line', text: 'one', data: { callback: 'a', line: 'one' } },
    },
    {
      ...{ id: 2, at: start + 1000, lastAt: start + 1000, count: 1, host: null, kind: 'output' },
      ...{ code: 'line', text: 'two', data: { callback: 'a', line: 'two' } },
    },
  ])
})

t.test('equal events in a row become one with a count', async t => {
  const { events, say, clock } = await timeline(t)
  for (let n = 0; n < 1000; n++) {
    clock.now += 1000
    say('same')
    say('of another host', 'node2')
  }
  const all = events.after(0, 10)
  t.equal(all.length, 2)
  t.match(all[0], { text: 'same', count: 1000, at: start + 1000, lastAt: start + 1_000_000 })
})

t.test('what differs in code, kind, data or host is not equal', async t => {
  const { events, say, texts } = await timeline(t)
  say('same')
  say('same', 'node1', 'b')
  events.record({ host: 'node1', kind: 'output', code: 'cut', data: { callback: 'b' } })
  events.record({ host: 'node1', kind: 'file', code: 'burnt', data: { name: 'b' } })
  say('other')
  say('same')
  t.equal(texts('node1').length, 6)
  say('same', null)
  say('same', null)
  t.match(events.after(0, 10).at(-1), { host: null, count: 2 })
})

t.test('the text of an event is made when it is read', async t => {
  const { events, db } = await timeline(t)
  const why = { code: 'installer-alive', attempt: 2 } as const
  const data = { from: 'pending', to: 'booting', why } as const
  const booting = { host: 'node1', kind: 'state', code: 'booting', data } as const
  const heard: EventRecord[] = []
  events.listen(event => heard.push(event))
  events.record(booting)
  events.record(booting)
  t.equal(db.statement('select text from events').get()?.text, '', 'it is not stored')
  const text = 'pending -> booting: attempt 2: the installer is alive'
  t.match(events.newest(1), [{ kind: 'state', code: 'booting', data, text, count: 2 }])
  t.match(heard, [{ code: 'booting', data, text, count: 1 }])
  db.run(db.statement("update events set code = 'of-tomorrow'"))
  t.match(events.newest(1), [{ code: 'of-tomorrow', text: 'state: of-tomorrow' }])
})

t.test(
  'lines from before codes keep their text, and have a code where their data tells it',
  async t => {
    const { db, events } = await timeline(t)
    const add = db.statement(
      "insert into events (at, last_at, count, host, kind, text, data) values (1, 1, 1, 'node1', ?, ?, ?)",
    )
    const old = (kind: string, text: string, data?: unknown) =>
      db.run(add, kind, text, data === undefined ? null : JSON.stringify(data))
    old('state', 'idle -> pending: as it was told then', { from: 'idle', to: 'pending' })
    old('phone-home', 'ready: here I am', { event: 'ready', attempt: 1 })
    old('dhcp', 'DHCP DISCOVER: no reply: why', { asked: 'discover', answer: 'none' })
    old('dhcp', 'takes its address from 10.0.0.1', { server: '10.0.0.1' })
    old('note', 'came back')
    old('state', 'of no state', { to: 'constructor' })
    t.strictSame(
      events.newest(10).map(({ code, text }) => [code, text]),
      [
        ['pending', 'idle -> pending: as it was told then'],
        ['ready', 'ready: here I am'],
        ['ignored', 'DHCP DISCOVER: no reply: why'],
        ['foreign', 'takes its address from 10.0.0.1'],
        [null, 'came back'],
        [null, 'of no state'],
      ],
    )
  },
)

t.test('the timeline of a host is bounded, and that of others is not touched', async t => {
  const { say, texts } = await timeline(t, { perHost: 10 })
  say('a quiet host', 'node2')
  for (let n = 0; n < 100; n++) say(`line ${n}`)
  t.strictSame(
    texts('node1'),
    Array.from({ length: 10 }, (_, n) => `line ${n + 90}`),
  )
  t.strictSame(texts('node2'), ['a quiet host'])
  for (let n = 0; n < 100; n++) say(`line ${n}`, null)
  t.equal(texts().filter(text => text.startsWith('line')).length, 20, 'also what is of no host')
})

t.test('100,000 events of one host stay within the bound', async t => {
  const { db, say, texts } = await timeline(t)
  const began = performance.now()
  let most = 0
  for (let n = 0; n < 100_000; n++) {
    say(`line ${n}`)
    if (n % 5000 === 0) {
      await db.committed()
      most = Math.max(most, texts('node1').length)
    }
  }
  most = Math.max(most, texts('node1').length)
  t.ok(most >= 5000 && most <= 5050, `at most ${most} lines: the bound and a hundredth`)
  t.equal(texts('node1').at(-1), 'line 99999')
  t.comment(`${Math.round(performance.now() - began)} ms`)
})

t.test('syslog does not push out the story that it belongs to', async t => {
  const { events, say, texts, db } = await timeline(t)
  db.write(() => {
    for (let n = 0; n < 100; n++) say(`move ${n}`)
    for (let n = 0; n < 20_000; n++) {
      const data = { severity: 'info', line: `line ${n}` }
      events.record({ host: 'node1', kind: 'syslog', code: 'line', data })
    }
  })
  t.ok(texts('node1').includes('move 0'))
  const lines = texts('node1').filter(text => text.startsWith('line'))
  t.ok(lines.length >= 2500 && lines.length <= 2550, `half of the bound: ${lines.length}`)
  t.equal(lines.at(-1), 'line 19999')
})

t.test('old events go, and how old is told by when they last happened', async t => {
  const { events, say, texts, clock } = await timeline(t)
  say('old')
  say('repeated', 'node2')
  clock.now += 3599_000
  say('repeated', 'node2')
  events.pruneOld()
  t.strictSame(texts(), ['old', 'repeated'])
  clock.now += 2000
  events.pruneOld()
  t.strictSame(texts(), ['repeated'])
})

t.test('a reader goes on where it stopped, also for one host only', async t => {
  const { events, say } = await timeline(t)
  for (let n = 0; n < 10; n++) say(`line ${n}`, n % 2 ? 'node1' : 'node2')
  const page = (id: number, limit: number, host?: string) =>
    events.after(id, limit, host).map(event => event.text)
  t.strictSame(page(0, 3), ['line 0', 'line 1', 'line 2'])
  t.strictSame(page(3, 3), ['line 3', 'line 4', 'line 5'])
  t.strictSame(page(4, 2, 'node1'), ['line 5', 'line 7'])
  t.strictSame(page(10, 3), [])
  t.strictSame(page(0, 3, 'nobody'), [])
})

t.test('the newest come oldest first', async t => {
  const { events, say } = await timeline(t)
  for (let n = 0; n < 10; n++) say(`line ${n}`, n % 2 ? 'node1' : 'node2')
  t.strictSame(
    events.newest(2, 'node1').map(event => event.text),
    ['line 7', 'line 9'],
  )
  t.strictSame(
    events.newest(2).map(event => event.text),
    ['line 8', 'line 9'],
  )
})

t.test('ids are not used again, so nobody who reads on misses a line', async t => {
  const { events, say, clock } = await timeline(t)
  say('one')
  clock.now += 7200_000
  events.pruneOld()
  say('two')
  t.strictSame(
    events.after(0, 10).map(event => event.id),
    [2],
  )
})

t.test('listeners hear each new line until they leave', async t => {
  const { events, say } = await timeline(t)
  const heard: EventRecord[] = []
  const leave = events.listen(event => heard.push(event))
  say('one')
  say('one')
  say('two', 'node2', 'b')
  leave()
  say('three')
  t.strictSame(
    heard,
    events.after(0, 2).map(event => ({ ...event, count: 1, lastAt: event.at })),
  )
})

t.test('when the disk is nearly full events are dropped and nothing else', async t => {
  const { events, say, texts } = await timeline(t)
  say('before')
  events.setDropping(true)
  say('lost')
  events.setDropping(false)
  say('after')
  t.strictSame(texts(), ['before', 'after'])
})

t.test('nobody erases a timeline by asking without end', async t => {
  const { events, clock } = await timeline(t, { perHost: 100 })
  const state = (attempt: number) => {
    const why = { code: 'installer-alive', attempt } as const
    const data = { from: 'pending', to: 'booting', why } as const
    events.record({ host: 'node1', kind: 'state', code: 'booting', data })
  }
  for (let n = 0; n < 10; n++) state(n)
  const asks = (what: string, from: number) =>
    events.record({
      ...{ host: 'node1', kind: 'script', code: 'local' },
      data: { what, address: `10.0.0.${from}`, why: { code: 'written', text: 'node1 is idle' } },
    } as Parameters<typeof events.record>[0])
  const kinds = (kind: string) => events.newest(1000, 'node1', { kinds: [kind] })

  await t.test('by turns: a line for each name, with a count', async t => {
    for (let n = 0; n < 3000; n++) {
      asks('script', 1)
      asks('GRUB config', 1)
    }
    t.match(kinds('script'), [{ count: 3000 }, { count: 3000 }])
  })

  await t.test('from everywhere: one kind pushes out itself alone', async t => {
    for (let n = 0; n < 3000; n++) asks('script', n)
    t.equal(kinds('state').length, 10)
    t.ok(kinds('script').length <= 91)
  })

  await t.test('a minute later, or after anything else, it is a line of its own', async t => {
    asks('script', 1)
    asks('GRUB config', 1)
    state(10)
    asks('script', 1)
    clock.now += 61_000
    asks('GRUB config', 1)
    asks('script', 1)
    t.match(kinds('script').slice(-3), [{ count: 1 }, { count: 1 }, { count: 1 }])
  })
})
