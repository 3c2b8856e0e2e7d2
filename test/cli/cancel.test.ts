import t from 'tap'
import { cancelSpec } from '../../src/cli/api-specs.ts'
import { usageOf } from '../../src/cli/args.ts'
import { run } from '../../src/cli/cancel.ts'
import { fakeIo, startApi } from './fake.ts'

const usage = usageOf(cancelSpec)

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
  t.equal(await run(['node1', 'node2', 'node1', '--yes'], io), 0)
  t.strictSame(
    api.seen.map(({ body }) => body),
    [{ hosts: ['node1', 'node2'] }],
  )
  t.equal(out(), 'node1: cancelled, was pending\nnode2: cancelled, was installing\n')
  t.equal(err(), 'node2: warning: it may already be erasing its disk\n')
})

t.test('several are shown and confirmed, and nothing is cancelled before', async t => {
  const api = await startApi(t, { 'POST /api/v1/cancels': () => ({ results }) })
  const bodies = () => api.seen.map(({ body }) => body)
  const nobody = fakeIo(t, api.url)
  t.equal(await run(['node*'], nobody.io), 2)
  t.match(nobody.err(), 'this is for 2 hosts; say --yes to cancel them\nusage: ')
  t.match(nobody.err(), /^node2 +installing +it may already be erasing its disk$/m)
  const no = fakeIo(t, api.url, { isTerminal: true, columns: 80, input: 'n\n' })
  t.equal(await run(['node*'], no.io), 1)
  t.match(no.err(), 'Cancel these 2 hosts? [y/N] bootwright cancel: nothing was cancelled\n')
  t.strictSame(bodies(), Array(2).fill({ hosts: ['node*'], dryRun: true }))
  const yes = fakeIo(t, api.url, { isTerminal: true, columns: 80, input: 'yes\n' })
  t.equal(await run(['--where', 'tag=lab'], yes.io), 0)
  t.strictSame(bodies().slice(2), [
    { hosts: ['*'], where: ['tag=lab'], dryRun: true },
    { hosts: ['node1', 'node2'] },
  ])
})

t.test('one host is cancelled without a question', async t => {
  const api = await startApi(t, { 'POST /api/v1/cancels': () => ({ results: [results[0]] }) })
  const { io, out } = fakeIo(t, api.url)
  t.equal(await run(['node1'], io), 0)
  t.equal(out(), 'node1: cancelled, was pending\n')
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
  t.equal(await run(['rack1-*', '--where', 'tag=lab', '--json', '--yes'], io), 1)
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
  t.match(err(), '--where is tag=T, profile=P, state=S or facts.NAME>=N, not "rack=1"')
})

t.test('--help', async t => {
  const { io, out, err } = fakeIo(t, 'http://127.0.0.1:1')
  t.equal(await run(['--help'], io), 0)
  t.equal(out(), usage)
  t.equal(err(), '')
  t.match(usage, /^usage: bootwright cancel HOST\.\.\. /)
})
