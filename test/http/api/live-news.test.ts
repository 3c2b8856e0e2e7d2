import { mock } from 'node:test'
import t, { type Test } from 'tap'
import type { HostRow } from '../../../src/api/hosts.ts'
import type { EventRecord } from '../../../src/boot/event-record.ts'
import { createLiveNews } from '../../../src/http/api/live-news.ts'

/** A daemon of which hosts change, and what was asked of it. */
function world(t: Test) {
  mock.timers.enable({ apis: ['setInterval'] })
  t.teardown(() => mock.timers.reset())
  const changedBy = new Set<(host: string) => void>()
  const eventsBy = new Set<(event: EventRecord) => void>()
  const state = { hosts: {}, notices: [] as string[], rows: [] as string[] }
  const follow = createLiveNews(
    listener => {
      eventsBy.add(listener)
      return () => eventsBy.delete(listener)
    },
    {
      changed(listener) {
        changedBy.add(listener)
        return () => changedBy.delete(listener)
      },
      row(name) {
        state.rows.push(name)
        return name === 'gone' ? undefined : ({ name } as HostRow)
      },
      turns: () => new Map(),
      notices: () => state.notices,
      hosts: () => state.hosts,
    },
  )
  const read = (host?: string) => {
    const heard: string[] = []
    return { heard, leave: follow(host, message => heard.push(message.trimEnd())) }
  }
  const change = (name: string) => {
    for (const listener of changedBy) listener(name)
  }
  const pass = () => mock.timers.tick(500)
  return { state, read, change, pass, listeners: () => changedBy.size + eventsBy.size }
}

t.test(
  'a host that changed is looked up once, however many read, and told to whom it concerns',
  t => {
    const { state, read, change, pass } = world(t)
    const [all, another, one, none] = [read(), read(), read('node1'), read('node2')]
    change('node1')
    change('node1')
    change('gone')
    pass()
    const row = 'event: host\ndata: {"name":"node1"}'
    t.strictSame([all.heard, another.heard, one.heard, none.heard], [[row], [row], [row], []])
    t.strictSame(state.rows, ['node1', 'gone'])
    pass()
    t.equal(all.heard.length, 1, 'once')
    t.end()
  },
)

t.test('a reload is told to all; notices when they change, and at first to whoever comes', t => {
  const { state, read, pass } = world(t)
  const first = read()
  pass()
  t.strictSame(first.heard, [], 'nothing is noted')
  state.notices = ['full']
  pass()
  const second = read('node1')
  pass()
  const notice = 'event: notices\ndata: ["full"]'
  t.strictSame([first.heard, second.heard], [[notice], [notice]])
  state.hosts = {}
  pass()
  t.strictSame(first.heard.slice(1), ['event: reloaded\ndata: {}'])
  t.end()
})

t.test('without readers nothing is listened to, and the next ones hear again', t => {
  const { read, change, pass, listeners } = world(t)
  const [one, two] = [read(), read()]
  one.leave()
  t.equal(listeners(), 2)
  two.leave()
  t.equal(listeners(), 0)
  const three = read()
  change('node1')
  pass()
  t.strictSame([one.heard, three.heard.length], [[], 1])
  three.leave()
  t.end()
})
