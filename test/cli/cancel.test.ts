import t from 'tap'
import { run, usage } from '../../src/cli/cancel.ts'
import { fakeIo, startApi } from './fake.ts'

const results = [
  { host: 'node1', ok: true, was: 'pending', warning: null, reason: null },
  {
    host: 'node2',
    ok: true,
    was: 'installing',
    warning: 'it may already be erasing its disk',
    reason: null,
  },
]
const refused = { host: 'node3', ok: false, was: 'idle', warning: null, reason: 'nothing is asked' }

t.test('what was cancelled, and the warnings', async t => {
  const api = await startApi(t, { 'POST /api/v1/cancels': () => ({ results }) })
  const { io, out, err } = fakeIo(t, api.url)
  t.equal(await run(['node1', 'node2', 'node1'], io), 0)
  t.strictSame(api.seen[0]?.body, { hosts: ['node1', 'node2'] })
  t.equal(out(), 'node1: cancelled, was pending\nnode2: cancelled, was installing\n')
  t.equal(err(), 'node2: warning: it may already be erasing its disk\n')
})

t.test('a refusal', async t => {
  const api = await startApi(t, { 'POST /api/v1/cancels': () => ({ results: [refused] }) })
  const { io, out, err } = fakeIo(t, api.url)
  t.equal(await run(['node3'], io), 1)
  t.equal(out(), '')
  t.equal(err(), 'node3: not cancelled: nothing is asked\n')
})

t.test('globs and --where are passed on, JSON through', async t => {
  const api = await startApi(t, { 'POST /api/v1/cancels': () => ({ results: [refused] }) })
  const { io, out } = fakeIo(t, api.url)
  t.equal(await run(['rack1-*', '--where', 'tag=lab', '--json'], io), 1)
  t.strictSame(api.seen[0]?.body, { hosts: ['rack1-*'], where: ['tag=lab'] })
  t.strictSame(JSON.parse(out()), { results: [refused] })
})

t.test('nobody matches', async t => {
  const api = await startApi(t, { 'POST /api/v1/cancels': () => ({ results: [] }) })
  const { io, err } = fakeIo(t, api.url)
  t.equal(await run(['x*'], io), 1)
  t.equal(err(), 'bootwright cancel: no host matches\n')
})

t.test('wrong usage', async t => {
  const { io, err } = fakeIo(t, 'http://127.0.0.1:1')
  t.equal(await run([], io), 2)
  t.match(err(), 'it needs the name of a host, a glob such as "rack1-*", or --where')
  t.equal(await run(['a', '--where', 'rack=1'], io), 2)
  t.match(err(), '--where is tag=T, profile=P or state=S, not "rack=1"')
})

t.test('--help', async t => {
  const { io, out, err } = fakeIo(t, 'http://127.0.0.1:1')
  t.equal(await run(['--help'], io), 0)
  t.equal(out(), usage)
  t.equal(err(), '')
  t.match(usage, /^usage: bootwright cancel HOST\.\.\. /)
})
