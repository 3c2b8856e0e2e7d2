import t from 'tap'
import { run } from '../../src/cli/events.ts'
import { until } from '../install/world.ts'
import { event, fakeIo, hostRow, openSse, problem, startApi } from './fake.ts'

const list = {
  events: [
    event(1),
    event(2, { host: null, kind: 'dhcp-rival', text: 'another server answers' }),
    event(3, { host: 'a-long-name', text: 'came back', count: 4 }),
  ],
}

t.test('of all hosts', async t => {
  const api = await startApi(t, { 'GET /api/v1/events': () => list })
  const { io, out } = fakeIo(t, api.url)
  t.equal(await run([], io), 0)
  t.equal(api.seen[0]?.line, 'GET /api/v1/events')
  t.equal(
    out(),
    `2026-03-01 12:00:01  node1        script      event 1
2026-03-01 12:00:02  -            dhcp-rival  another server answers
2026-03-01 12:00:03  a-long-name  script      came back (4 times)
`,
  )
})

t.test('of one host, on a narrow terminal, without losing the text', async t => {
  const text = 'the installer was given because an install was asked for'
  const api = await startApi(t, { 'GET /api/v1/events': () => ({ events: [event(1, { text })] }) })
  const env = { NO_COLOR: '1' }
  const { io, out } = fakeIo(t, api.url, { isTerminal: true, columns: 60, env })
  t.equal(await run(['node1', '--limit', '7'], io), 0)
  t.equal(api.seen[0]?.line, 'GET /api/v1/events?host=node1&limit=7')
  t.equal(
    out(),
    `2026-03-01 12:00:01  script      the installer was given
                                 because an install was
                                 asked for
`,
  )
})

t.test('as JSON', async t => {
  const api = await startApi(t, { 'GET /api/v1/events': () => list })
  const { io, out } = fakeIo(t, api.url)
  await run(['--json'], io)
  t.strictSame(JSON.parse(out()), list)
})

t.test('a limit that is no number', async t => {
  const { io, err } = fakeIo(t, 'http://127.0.0.1:1')
  t.equal(await run(['--limit', 'all'], io), 2)
  t.match(
    err(),
    '--limit is a number of events from 1 to 9999, not "all"\nusage: bootwright events [HOST]',
  )
  t.equal(await run(['--limit', '10000'], io), 2, 'more than an answer holds')
})

t.test('follows, and goes on after the last event when the connection breaks', async t => {
  const stop = new AbortController()
  let streams = 0
  const api = await startApi(t, {
    'GET /api/v1/events': ({ headers }, response) => {
      if (headers.accept !== 'text/event-stream') return { events: [event(1)] }
      streams++
      if (streams === 3) return problem(response, 503, 'The daemon is starting.')
      const send = openSse(response)
      if (streams === 1) send(event(2))
      if (streams === 1) setImmediate(() => response.destroy())
      if (streams === 2) send(event(3))
      if (streams === 2) setImmediate(() => response.end())
      if (streams === 4) send(event(4))
      if (streams === 4) setTimeout(() => stop.abort(), 20)
      return undefined
    },
  })
  const { io, out, err } = fakeIo(t, api.url, { signal: stop.signal })
  t.equal(await run(['--follow'], io), 0)
  t.equal(
    out(),
    `2026-03-01 12:00:01  node1     script      event 1
2026-03-01 12:00:02  node1     script      event 2
2026-03-01 12:00:03  node1     script      event 3
2026-03-01 12:00:04  node1     script      event 4
`,
  )
  t.equal(err(), 'the daemon went away; trying again\n')
  t.strictSame(
    api.seen.slice(1).map(({ line, headers }) => [line, headers['last-event-id']]),
    [
      ['GET /api/v1/events?after=1', undefined],
      ['GET /api/v1/events', '2'],
      ['GET /api/v1/events', '3'],
      ['GET /api/v1/events', '3'],
    ],
  )
})

t.test('columns that follow grow, and never shrink again', async t => {
  const stop = new AbortController()
  const long = 'a-very-long-name'
  const api = await startApi(t, {
    'GET /api/v1/events': ({ headers }, response) => {
      if (!headers.accept?.includes('event-stream')) return { events: [event(1)] }
      const send = openSse(response)
      send(event(2, { kind: 'phone-home' }))
      send(event(3, { host: long }))
      send(event(4))
      return undefined
    },
  })
  const { io, out } = fakeIo(t, api.url, { signal: stop.signal })
  const running = run(['--follow'], io)
  await until(() => out().split('\n').length > 4, 'all four')
  stop.abort()
  await running
  const starts = out()
    .trimEnd()
    .split('\n')
    .map(line => line.indexOf('event '))
  t.strictSame(starts, [43, 43, 51, 51])
})

t.test('follows one host as JSON lines', async t => {
  const stop = new AbortController()
  const api = await startApi(t, {
    'GET /api/v1/hosts/node1': () => ({ host: hostRow() }),
    'GET /api/v1/events': ({ headers }, response) => {
      if (headers.accept !== 'text/event-stream') return { events: [] }
      openSse(response)(event(2))
      setTimeout(() => stop.abort(), 20)
      return undefined
    },
  })
  const { io, out } = fakeIo(t, api.url, { signal: stop.signal })
  t.equal(await run(['node1', '--follow', '--json'], io), 0)
  t.strictSame(out(), `${JSON.stringify(event(2))}\n`)
  t.equal(api.seen[2]?.line, 'GET /api/v1/events?host=node1&after=0')
})

t.test('ends when the token is refused while following', async t => {
  let streams = 0
  const api = await startApi(t, {
    'GET /api/v1/events': ({ headers }, response) => {
      if (headers.accept !== 'text/event-stream') return { events: [] }
      if (streams++ > 0) return problem(response, 401, 'no')
      openSse(response)
      response.end()
      return undefined
    },
  })
  const { io, err } = fakeIo(t, api.url)
  t.equal(await run(['--follow'], io), 3)
  t.match(err(), 'refused the token of')
})

t.test('only the kinds and tags that are asked for, also in what follows', async t => {
  const stop = new AbortController()
  const other = event(4, { host: 'node2', kind: 'dhcp' })
  const api = await startApi(t, {
    'GET /api/v1/hosts': () => ({ hosts: [hostRow()] }),
    'GET /api/v1/events': ({ headers }, response) => {
      if (headers.accept !== 'text/event-stream') return { events: [event(1, { kind: 'dhcp' })] }
      const send = openSse(response)
      for (const one of [event(2), event(3, { kind: 'dhcp' }), other]) send(one)
      setTimeout(() => stop.abort(), 20)
      return undefined
    },
  })
  const { io, out } = fakeIo(t, api.url, { signal: stop.signal })
  const argv = ['--follow', '--json', '--tag', 'lab', '--kind', 'dhcp', '--kind', 'tftp']
  t.equal(await run(argv, io), 0)
  const ids = out()
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line).id)
  t.strictSame(ids, [1, 3])
  t.strictSame(
    api.seen.slice(0, 2).map(({ line }) => line),
    ['GET /api/v1/hosts?tag=lab', 'GET /api/v1/events?kind=dhcp&kind=tftp'],
  )
})
