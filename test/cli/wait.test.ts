import t, { type Test } from 'tap'
import type { HostEvent } from '../../src/api/events.ts'
import { run } from '../../src/cli/install.ts'
import { event, fakeIo, openSse, startApi } from './fake.ts'

type Send = (event: HostEvent) => void

/** A daemon whose installs end when the test says so; `play` runs once somebody follows the events. */
async function startDaemon(t: Test, names: string[], play: (daemon: Daemon) => void) {
  const ends = new Map<string, { outcome: string; reason: string | null }>()
  let sends: Send[] = []
  let nextId = 100
  const tell = (host: string, text: string) => {
    nextId++
    for (const send of sends) send(event(nextId, { host, text, at: '2026-03-01T12:00:00Z' }))
  }
  const end = (host: string, outcome: string, reason: string | null = null) => {
    ends.set(host, { outcome, reason })
    tell(host, outcome)
  }
  const cancelled: string[][] = []
  const detail = (host: string) => () => ({
    installs: [
      { id: 'older', endedAt: '2026-01-01T00:00:00Z', outcome: 'failed', reason: 'old' },
      {
        id: `id-${host}`,
        endedAt: ends.has(host) ? '2026-03-01T12:00:00Z' : null,
        ...ends.get(host),
      },
    ],
  })
  const daemon = { tell, end, drop: () => {}, cancelled }
  const api = await startApi(t, {
    'POST /api/v1/installs': ({ body }) => ({
      results: (body as { hosts: string[] }).hosts.map(host => ({
        host,
        ok: host !== 'busy',
        install: host === 'busy' ? null : `id-${host}`,
        reason: host === 'busy' ? 'it is installing' : null,
      })),
    }),
    'POST /api/v1/cancels': ({ body }) => {
      const { hosts } = body as { hosts: string[] }
      cancelled.push(hosts)
      for (const host of hosts) setImmediate(() => end(host, 'cancelled'))
      return {
        results: hosts.map(host => ({
          host,
          ok: true,
          was: 'pending',
          warning: null,
          reason: null,
        })),
      }
    },
    'GET /api/v1/events': ({ headers }, response) => {
      if (headers.accept !== 'text/event-stream') return { events: [event(7)] }
      const send = openSse(response)
      sends = [send]
      daemon.drop = () => {
        sends = []
        response.destroy()
      }
      setTimeout(() => play(daemon), 20)
      return undefined
    },
    ...Object.fromEntries(names.map(host => [`GET /api/v1/hosts/${host}`, detail(host)])),
  })
  return { ...api, cancelled }
}

interface Daemon {
  readonly tell: (host: string, text: string) => void
  readonly end: (host: string, outcome: string, reason?: string | null) => void
  drop: () => void
  readonly cancelled: string[][]
}

const line = (host: string, text: string) =>
  `2026-03-01 12:00:00  ${host.padEnd(8)}  script        ${text}\n`

/** The end of node1 is news only to who has looked before, so many times. */
function afterLooks(
  api: Pick<Awaited<ReturnType<typeof startApi>>, 'seen'>,
  count: number,
  then: () => void,
) {
  const timer = setInterval(() => {
    const looks = api.seen.filter(({ line }) => line === 'GET /api/v1/hosts/node1')
    if (looks.length < count) return
    clearInterval(timer)
    then()
  }, 5)
}

t.test('shows what happens, until the install is done', async t => {
  const api = await startDaemon(t, ['node1'], ({ tell, end }) => {
    tell('node1', 'script delivered')
    tell('other', 'nothing to us')
    // When the stream began, and for the first line.
    afterLooks(api, 2, () => end('node1', 'installed'))
  })
  const { io, out, err } = fakeIo(t, api.url)
  t.equal(await run(['node1', '--wait'], io), 0)
  t.equal(
    out(),
    `node1: install id-node1 is asked for\n${line('node1', 'script delivered')}` +
      `${line('node1', 'installed')}node1: installed\n`,
  )
  t.match(err(), /^HOST +PROFILE +ERASES\nnode1 /, 'what is erased, and nothing else')
  const streams = api.seen.filter(({ headers }) => headers.accept === 'text/event-stream')
  t.equal(streams[0]?.line, 'GET /api/v1/events?host=node1&after=7', 'from before it was asked for')
})

t.test('an install that fails', async t => {
  const api = await startDaemon(t, ['node1'], ({ end }) => end('node1', 'failed', 'no disk'))
  const { io, out } = fakeIo(t, api.url)
  t.equal(await run(['node1', '--wait'], io), 1)
  t.match(out(), 'node1: failed: no disk\n')
})

t.test('a refused host makes the answer no, the others are still followed', async t => {
  const api = await startDaemon(t, ['node1'], ({ end }) => end('node1', 'installed'))
  const { io, out, err } = fakeIo(t, api.url)
  t.equal(await run(['busy', 'node1', '--wait', '--yes'], io), 1)
  t.match(out(), 'node1: installed\n')
  t.equal(err(), 'busy: refused: it is installing\n')
})

t.test('all refused: nothing to wait for', async t => {
  const api = await startDaemon(t, [], () => {})
  const { io } = fakeIo(t, api.url)
  t.equal(await run(['busy', '--wait'], io), 1)
})

t.test('an end that no event told of is found when the connection is back', async t => {
  let plays = 0
  const api = await startDaemon(t, ['node1'], daemon => {
    if (plays++ > 0) return
    daemon.drop()
    daemon.end('node1', 'installed')
  })
  const { io, out } = fakeIo(t, api.url)
  t.equal(await run(['node1', '--wait'], io), 0)
  t.equal(out(), 'node1: install id-node1 is asked for\nnode1: installed\n')
})

t.test('--stop-after cancels the rest once', async t => {
  const names = ['a', 'b', 'c', 'd', 'e']
  let plays = 0
  const api = await startDaemon(t, names, ({ end }) => {
    if (plays++ > 0) return
    end('a', 'installed')
    end('b', 'failed', 'no disk')
    end('c', 'failed', 'no disk')
  })
  const { io, out, err } = fakeIo(t, api.url)
  t.equal(await run([...names, '--wait', '--stop-after', '2', '--yes'], io), 1)
  t.strictSame(api.cancelled, [['d', 'e']])
  t.equal(err(), '2 failed: cancelling the other 2\n')
  t.match(out(), 'd: cancelled, was pending\n')
  t.match(out(), 'e: cancelled\n')
})

t.test('fewer failures cancel nothing', async t => {
  let plays = 0
  const api = await startDaemon(t, ['a', 'b'], ({ end }) => {
    if (plays++ > 0) return
    end('a', 'failed', 'no disk')
    end('b', 'installed')
  })
  const { io } = fakeIo(t, api.url)
  t.equal(await run(['a', 'b', '--wait', '--stop-after', '2', '--yes'], io), 1)
  t.strictSame(api.cancelled, [])
})

t.test('as JSON: one text on stdout, the progress on stderr', async t => {
  const api = await startDaemon(t, ['node1'], ({ end }) =>
    afterLooks(api, 1, () => end('node1', 'failed', 'no disk')),
  )
  const { io, out, err } = fakeIo(t, api.url)
  t.equal(await run(['node1', '--wait', '--json'], io), 1)
  t.strictSame(JSON.parse(out()), {
    results: [
      { host: 'node1', ok: true, install: 'id-node1', outcome: 'failed', reason: 'no disk' },
    ],
  })
  t.equal(err(), `${line('node1', 'failed')}node1: failed: no disk\n`)
})

t.test('a host that left the config', async t => {
  const api = await startDaemon(t, [], () => {})
  const { io, out } = fakeIo(t, api.url)
  t.equal(await run(['node1', '--wait'], io), 1)
  t.match(out(), 'node1: gone: There is no GET /api/v1/hosts/node1.\n')
})

t.test('ends when it is told to', async t => {
  const stop = new AbortController()
  const api = await startDaemon(t, ['node1'], () => stop.abort())
  const { io } = fakeIo(t, api.url, { signal: stop.signal })
  t.equal(await run(['node1', '--wait'], io), 1)
})
