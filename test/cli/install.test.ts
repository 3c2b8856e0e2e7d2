import { stripVTControlCharacters } from 'node:util'
import t from 'tap'
import { installSpec } from '../../src/cli/api-specs.ts'
import { shortUsage } from '../../src/cli/args.ts'
import { readVar, run } from '../../src/cli/install.ts'
import { fakeIo, problem, type Route, startApi } from './fake.ts'

const answer = { reason: null, profile: 'debian', erases: true, wipes: '/dev/sda' }

/** Accepts every host that is named; globs stand for node1 to node3, of which node3 is refused. */
const accept: Route = ({ body }) => {
  const { hosts, dryRun } = body as { hosts: string[]; dryRun?: boolean }
  const names = hosts.flatMap(name => (name.includes('*') ? ['node1', 'node2', 'node3'] : [name]))
  return {
    results: names.map(host =>
      host === 'node3'
        ? { ...answer, host, ok: false, install: null, reason: 'it is installing; say --replace' }
        : { ...answer, host, ok: true, install: dryRun ? null : `id-${host}` },
    ),
  }
}
const routes = { 'POST /api/v1/installs': accept }

t.test('one host is shown with what is erased, and asked for', async t => {
  const api = await startApi(t, routes)
  const { io, out, err } = fakeIo(t, api.url)
  t.equal(await run(['node1'], io), 0)
  t.strictSame(
    api.seen.map(({ body }) => body),
    [{ hosts: ['node1'], dryRun: true }, { hosts: ['node1'] }],
  )
  t.equal(out(), 'node1: install id-node1 is asked for\n')
  t.equal(err(), 'HOST   PROFILE  ERASES\nnode1  debian   /dev/sda\n')
})

t.test('a refusal', async t => {
  const api = await startApi(t, routes)
  const { io, out, err } = fakeIo(t, api.url)
  t.equal(await run(['node3'], io), 1)
  t.equal(out(), '')
  t.equal(err(), 'node3: refused: it is installing; say --replace\n')
})

t.test('everything is passed on', async t => {
  const api = await startApi(t, routes)
  const { io } = fakeIo(t, api.url)
  const argv = 'rack* node9 --where tag=lab --where state=idle --profile p --replace --yes'.split(
    ' ',
  )
  await run([...argv, '--var', 'disk=/dev/sda', '--var', 'n=3', '--var', 'a=b=c'], io)
  t.strictSame(
    api.seen.map(({ body }) => body),
    [
      {
        hosts: ['rack*', 'node9'],
        where: ['tag=lab', 'state=idle'],
        profile: 'p',
        vars: { disk: '/dev/sda', n: 3, a: 'b=c' },
        replace: true,
      },
    ],
  )
})

t.test('only --where means all hosts that it lets through', async t => {
  const api = await startApi(t, routes)
  const { io } = fakeIo(t, api.url)
  await run(['--where', 'tag=lab', '--yes'], io)
  t.strictSame(api.seen[0]?.body, { hosts: ['*'], where: ['tag=lab'] })
})

t.test('JSON passes through', async t => {
  const api = await startApi(t, routes)
  const { io, out, err } = fakeIo(t, api.url)
  t.equal(await run(['n*', '--yes', '--json'], io), 1)
  t.strictSame(
    JSON.parse(out()),
    await accept({ line: '', headers: {}, body: { hosts: ['*'] } }, {} as never),
  )
  t.equal(err(), '')
})

t.test('more than one host needs --yes where nobody can be asked', async t => {
  const api = await startApi(t, routes)
  const { io, err } = fakeIo(t, api.url)
  t.equal(await run(['n*'], io), 2)
  t.match(err(), 'this is for 2 hosts; say --yes to install them\nusage: bootwright install ')
  t.match(err(), /^node2 +debian +\/dev\/sda$/m, 'they are shown all the same')
  t.equal(await run(['node1', 'node2'], io), 2)
  const piped = fakeIo(t, api.url, { isTerminal: true, columns: 80, input: 'y\n' })
  Object.assign(piped.io.stdin, { isTTY: undefined })
  t.equal(await run(['n*'], piped.io), 2, 'a yes from a pipe is nobody')
  for (const { body } of api.seen) t.match(body, { dryRun: true })
})

t.test('what was shown and confirmed is asked for, by name', async t => {
  const api = await startApi(t, routes)
  const { io, out, err } = fakeIo(t, api.url, { isTerminal: true, columns: 80, input: 'y\n' })
  t.equal(await run(['n*', '--where', 'tag=lab', '--profile', 'p'], io), 1, 'one was refused')
  t.strictSame(
    api.seen.map(({ body }) => body),
    [
      { hosts: ['n*'], where: ['tag=lab'], profile: 'p', dryRun: true },
      { hosts: ['node1', 'node2'], profile: 'p' },
    ],
  )
  const list = 'HOST   PROFILE  ERASES\nnode1  debian   /dev/sda\nnode2  debian   /dev/sda\n'
  const question = 'Install these 2 hosts? [y/N] '
  const refused = 'node3: refused: it is installing; say --replace\n'
  t.equal(stripVTControlCharacters(err()), list + question + refused)
  t.equal(out(), 'node1: install id-node1 is asked for\nnode2: install id-node2 is asked for\n')
})

for (const input of ['n\n', '\n', '', 'yesterday\n']) {
  t.test(`${JSON.stringify(input)} is no yes`, async t => {
    const api = await startApi(t, routes)
    const { io, err } = fakeIo(t, api.url, { isTerminal: true, columns: 80, input })
    t.equal(await run(['n*'], io), 1)
    t.equal(api.seen.length, 1)
    t.match(err(), 'bootwright install: nothing was asked for\n')
  })
}

t.test('a glob for one host asks nobody', async t => {
  const one = { ...answer, host: 'node1', ok: true, install: 'id' }
  const api = await startApi(t, { 'POST /api/v1/installs': () => ({ results: [one] }) })
  const { io } = fakeIo(t, api.url)
  t.equal(await run(['n*'], io), 0)
  t.strictSame(api.seen[1]?.body, { hosts: ['node1'] })
})

t.test('nobody matches', async t => {
  const api = await startApi(t, { 'POST /api/v1/installs': () => ({ results: [] }) })
  for (const argv of [['n*'], ['n*', '--yes'], ['node1']]) {
    const { io, err } = fakeIo(t, api.url)
    t.equal(await run(argv, io), 1)
    t.equal(err(), 'bootwright install: no host matches\n')
  }
})

t.test('the API says no', async t => {
  const api = await startApi(t, {
    'POST /api/v1/installs': (_, response) => problem(response, 400, 'There is no profile "x".'),
  })
  const { io, err } = fakeIo(t, api.url)
  t.equal(await run(['node1', '--profile', 'x'], io), 1)
  t.equal(err(), 'bootwright install: There is no profile "x".\n')
})

const wrong = [
  [[], 'it needs the name of a host, a glob such as "rack1-*", or --where'],
  [['a', '--var', 'disk'], '--var is name=value, not "disk"'],
  [['a', '--var', '=x'], '--var is name=value, not "=x"'],
  [['a', '--where', 'tag='], '--where is tag=T, profile=P, state=S or facts.NAME>=N, not "tag="'],
  [['a', '--stop-after', '0', '--wait'], '--stop-after is a number of failures from 1, not "0"'],
  [['a', '--stop-after', '2'], '--stop-after works only with --wait'],
  [['a', '--timeout', '5m'], '--timeout works only with --wait'],
  [
    ['a', '--wait', '--timeout', '5 min'],
    '--timeout is a time such as 90s, 45m or 2h, not "5 min"',
  ],
  [
    ['a', '--by', 'kexec', '--no-power'],
    '--by says who starts the machine, --no-power that nobody does',
  ],
  [['a', '--by', 'magic'], '--by is one of kexec, media, not "magic"'],
  [['a', '--repalce'], 'there is no option --repalce; did you mean --replace?'],
] as const

for (const [argv, message] of wrong) {
  t.test(message, async t => {
    const { io, err } = fakeIo(t, 'http://127.0.0.1:1')
    t.equal(await run([...argv], io), 2)
    t.equal(err(), `bootwright install: ${message}\n${shortUsage(installSpec)}\n`)
  })
}

t.test('what is erased is said where nobody is asked, too', async t => {
  const rows = [
    [{ wipes: '/dev/sda' }, 'erases /dev/sda'],
    [{ wipes: null }, 'erases its disk'],
    [{ wipes: null, erases: false }, 'erases nothing: it boots once'],
  ] as const
  for (const [more, text] of rows) {
    const one = { ...answer, host: 'node1', ok: true, install: 'id', ...more }
    const api = await startApi(t, { 'POST /api/v1/installs': () => ({ results: [one] }) })
    const { io, out } = fakeIo(t, api.url)
    t.equal(await run(['node1', '--yes'], io), 0)
    t.equal(out(), `node1: install id is asked for, ${text}\n`)
  }
})

t.test('variables become what they would be in the config', async t => {
  const rows = [
    ['a=x', 'x'],
    ['a=', ''],
    ['a=3', 3],
    ['a=-2.5', -2.5],
    ['a=007', '007'],
    ['a=1e400', '1e400'],
    ['a=NaN', 'NaN'],
    ['a=Infinity', 'Infinity'],
    ['a=true', true],
    ['a=false', false],
    ['a=True', 'True'],
  ] as const
  for (const [text, value] of rows) t.strictSame(readVar(text), ['a', value], text)
})

t.test('by kexec', async t => {
  const api = await startApi(t, routes)
  const { io } = fakeIo(t, api.url)
  t.equal(await run(['node1', '--by', 'kexec', '--yes'], io), 0)
  t.match(api.seen, [{ body: { hosts: ['node1'], by: 'kexec' } }])
})
