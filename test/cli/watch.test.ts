import t, { type Test } from 'tap'
import type { HostRow } from '../../src/api/hosts.ts'
import { run } from '../../src/cli/watch.ts'
import { frame } from '../../src/cli/watch-screen.ts'
import { event, fakeIo, hostRow, openSse, problem, startApi } from './fake.ts'

const now = Date.parse('2026-03-01T12:07:00Z')
const plain = { width: 80, colour: false }

t.test('a screen: who is busy comes first, and nothing is wider or longer than it', async t => {
  const hosts = [
    hostRow({ name: 'a', state: 'idle' }),
    hostRow({ name: 'c', state: 'failed', why: 'timeout' }),
    hostRow({ name: 'b', state: 'installing', percent: 40, message: 'copying' }),
  ]
  const lines = frame({ hosts, notices: ['network rack: held'], skipped: 0, now }, plain, 24)
  t.equal(lines[0], '3 hosts: 1 installing, 1 failed, 1 idle')
  t.equal(lines[1], 'network rack: held')
  t.match(lines[4], /^b {5}installing 40%.* copying; no news for 7 min$/)
  t.match(lines[5], /^c {5}failed .*timeout$/)
  t.match(lines[6], /^a {5}idle/)
  t.equal(lines[7], 'q ends')

  const many = Array.from({ length: 50 }, (_, n) =>
    hostRow({ name: `n${10 + n}`, why: 'x'.repeat(99) }),
  )
  for (const [width, rows] of [
    [40, 8],
    [200, 60],
    [20, 3],
  ] as const) {
    const small = frame({ hosts: many, notices: [], skipped: 5, now }, { ...plain, width }, rows)
    t.ok(small.length <= rows, `${rows} rows`)
    for (const line of small) t.ok(line.length <= Math.max(width, 22), line)
  }
  const scrolled = frame({ hosts: many, notices: [], skipped: 5, now }, plain, 10)
  t.match(scrolled[3], /^n15/)
  t.match(scrolled.at(-1), '5 above, 39 below')
  t.match(frame({ hosts: [], notices: [], skipped: 0, now }, plain, 24)[2], 'no hosts')
})

/** What it writes without a terminal while the hosts are looked at twice. */
async function watchTwice(t: Test, hosts: (look: number) => HostRow[]): Promise<string> {
  const stop = new AbortController()
  let looks = 0
  const api = await startApi(t, {
    'GET /api/v1/events': ({ headers }, response) => {
      if (!headers.accept?.includes('event-stream')) return { events: [event(1)] }
      openSse(response)(event(2))
      return undefined
    },
    'GET /api/v1/hosts': () => {
      looks += 1
      if (looks === 2) stop.abort()
      return { hosts: hosts(looks) }
    },
  })
  const { io, out } = fakeIo(t, api.url, { signal: stop.signal })
  t.equal(await run([], io), 0)
  return out()
}

t.test('without a terminal: a table, then a line for each change', async t => {
  const out = await watchTwice(t, look => [
    hostRow(look === 1 ? {} : { state: 'booting', why: 'attempt 1' }),
    hostRow({ name: 'node2' }),
  ])
  const [titles, first, second, change, ...more] = out.trimEnd().split('\n')
  t.match(titles, /^TIME +NAME +STATE +WHY$/)
  t.match(first, /node1 +idle +was never installed$/)
  t.match(second, /node2 +idle/)
  t.match(change, /^[\d-]+ [\d:]+ {2}node1 {2}booting {2}attempt 1$/)
  t.strictSame(more, [])
})

t.test('without hosts the titles stand there once', async t => {
  t.match(await watchTwice(t, () => []), /^TIME +NAME +STATE +WHY\n$/)
})

t.test('as JSON, a line for each host that changes', async t => {
  const stop = new AbortController()
  const { url } = await startApi(t, {
    'GET /api/v1/events': () => ({ events: [] }),
    'GET /api/v1/hosts': () => {
      stop.abort()
      return { hosts: [hostRow()] }
    },
  })
  const { io, out } = fakeIo(t, url, { isTerminal: true, signal: stop.signal })
  t.equal(await run(['--json'], io), 0)
  t.match(JSON.parse(out()), { name: 'node1', state: 'idle' })
})

t.test('no daemon', async t => {
  const { io, err } = fakeIo(t, 'http://127.0.0.1:1')
  t.equal(await run([], io), 3)
  t.match(err(), 'no daemon answers')
})

t.test('a token that is refused in the middle ends it', async t => {
  let looks = 0
  const api = await startApi(t, {
    'GET /api/v1/events': ({ headers }, response) => {
      if (!headers.accept?.includes('event-stream')) return { events: [] }
      openSse(response)(event(1))
      return undefined
    },
    'GET /api/v1/hosts': (_seen, response) => {
      looks += 1
      return looks === 1 ? { hosts: [hostRow()] } : problem(response, 401, 'no')
    },
  })
  const { io, err } = fakeIo(t, api.url)
  t.equal(await run([], io), 3)
  t.match(err(), 'refused the token')
})
