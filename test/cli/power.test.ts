import t from 'tap'
import type { PowerBody, PowerResult } from '../../src/api/power.ts'
import { run } from '../../src/cli/power.ts'
import { fakeIo, startApi } from './fake.ts'

function result(host: string, more: Partial<PowerResult> = {}): PowerResult {
  return { host, ok: true, by: 'vm', state: null, warning: null, reason: null, ...more }
}

/** A daemon with hosts of these names, of which node9 has no way to its power. */
async function start(t: Parameters<typeof startApi>[0], names: readonly string[]) {
  const refused = { ok: false, by: null, reason: 'it has no way' }
  const answer = (state: PowerResult['state']) => (name: string) =>
    name === 'node9' ? result(name, refused) : result(name, { state })
  return startApi(t, {
    'GET /api/v1/power': () => ({ results: names.map(answer('off')) }),
    'POST /api/v1/power': ({ body }) => {
      const { verb, dryRun, hosts } = body as PowerBody
      if (dryRun) return { results: names.map(answer(null)) }
      return { results: (hosts ?? []).map(answer(verb === 'off' ? 'off' : 'on')) }
    },
  })
}

t.test('one host is done at once, and says how it is', async t => {
  const { url, seen } = await start(t, ['node1'])
  const { io, out, err } = fakeIo(t, url)
  t.equal(await run(['cycle', 'node1'], io), 0)
  t.equal(out(), 'node1: power cycle is done, it is on\n')
  t.match(err(), /node1/)
  t.match(seen.at(-1)?.body, { verb: 'cycle', hosts: ['node1'] })
})

t.test('several are confirmed; without a terminal --yes is needed', async t => {
  const { url, seen } = await start(t, ['node1', 'node2'])
  const silent = fakeIo(t, url)
  t.equal(await run(['off', 'node*'], silent.io), 2)
  t.match(silent.err(), /say --yes to power off them/)
  const no = fakeIo(t, url, { isTerminal: true, input: 'n\n' })
  t.equal(await run(['off', 'node*'], no.io), 1)
  t.match(no.err(), /Power off these 2 hosts\? \[y\/N\]/)
  t.ok(seen.every(({ body }) => (body as PowerBody).dryRun))
  const yes = fakeIo(t, url, { isTerminal: true, input: 'y\n' })
  t.equal(await run(['off', 'node*'], yes.io), 0)
  t.match(yes.out(), 'node1: power off is done, it is off\nnode2: power off is done, it is off\n')
})

t.test('many are asked for so that each request is answered in time', async t => {
  const names = Array.from({ length: 45 }, (_, n) => `box${n}`)
  const { url, seen } = await start(t, names)
  const { io, out } = fakeIo(t, url)
  t.equal(await run(['on', '--where', 'tag=lab', '--yes'], io), 0)
  const asked = seen.map(({ body }) => body as PowerBody).filter(({ dryRun }) => !dryRun)
  t.strictSame(
    asked.map(({ hosts = [] }) => hosts.length),
    [20, 20, 5],
  )
  t.equal(out().split('\n').length - 1, 45)
})

t.test(
  'status asks everybody and shows a table; a machine that cannot be asked makes it 1',
  async t => {
    const { url, seen } = await start(t, ['node1', 'node9'])
    const { io, out } = fakeIo(t, url)
    t.equal(await run(['status', '--where', 'tag=lab'], io), 1)
    t.match(out(), /node1 +vm +off\nnode9 +- +it has no way\n/)
    t.match(seen[0]?.line, /\?host=\*&where=tag%3Dlab$/)
    const json = fakeIo(t, url)
    t.equal(await run(['status', 'node*', '--json'], json.io), 1)
    t.equal(JSON.parse(json.out()).results.length, 2)
  },
)

t.test('one without a way is refused, and the others are done', async t => {
  const { url } = await start(t, ['node1', 'node9'])
  const { io, out, err } = fakeIo(t, url)
  t.equal(await run(['on', 'node*', '--yes'], io), 1)
  t.match(out(), 'node1: power on is done')
  t.match(err(), 'node9: power on failed: it has no way')
})

t.test('another word than a verb, and no host', async t => {
  const { url } = await start(t, ['node1'])
  const wrong = fakeIo(t, url)
  t.equal(await run(['reboot', 'node1'], wrong.io), 2)
  t.match(wrong.err(), 'it is on, off, cycle or status, not "reboot"')
  t.equal(await run(['on'], fakeIo(t, url).io), 2)
})
