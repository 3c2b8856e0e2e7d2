import { stripVTControlCharacters } from 'node:util'
import t from 'tap'
import { run as daemons } from '../../src/cli/daemons.ts'
import { run as events } from '../../src/cli/events.ts'
import { run as hosts } from '../../src/cli/hosts.ts'
import { run as leases } from '../../src/cli/leases.ts'
import { run as show } from '../../src/cli/show.ts'
import { run as watch } from '../../src/cli/watch.ts'
import { event, fakeIo, hostRow, problem, startApi } from './fake.ts'

const hostList = {
  hosts: [
    hostRow(),
    hostRow({
      name: 'node2',
      state: 'installing',
      percent: 42,
      profile: 'nixos',
      why: 'nixos-anywhere is running',
    }),
    hostRow({ name: 'kiosk', netboots: true, address: null, tags: [], profile: null, since: null }),
  ],
}

t.test('hosts', async t => {
  const api = await startApi(t, { 'GET /api/v1/hosts': () => hostList })
  const { io, out, err } = fakeIo(t, api.url)
  t.equal(await hosts([], io), 0)
  t.equal(err(), '')
  t.equal(
    out(),
    `NAME   STATE           PROFILE  ADDRESS     MAC                TAGS  SINCE                WHY
node1  idle            debian   10.77.0.20  52:54:00:12:34:56  lab   2026-03-01 12:00:00  was never installed
node2  installing 42%  nixos    10.77.0.20  52:54:00:12:34:56  lab   2026-03-01 12:00:00  nixos-anywhere is running
kiosk  netboots        -        -           52:54:00:12:34:56  -     -                    was never installed
`,
  )
})

t.test('daemons', async t => {
  const at = '2026-03-01T12:00:00.000Z'
  const row = { networks: [], since: null, startedAt: at, heardAt: at, behind: 3, version: '1.2.3' }
  const works = { ...row, name: 'a:8080', state: 'working', networks: ['lan', 'rack'], since: at }
  const others = ['standing-by', 'silent'].map((state, n) => ({ ...row, name: `b${n}`, state }))
  let rows = [works, ...others]
  const api = await startApi(t, { 'GET /api/v1/daemons': () => ({ here: 'b0', daemons: rows }) })
  const { io, out } = fakeIo(t, api.url)
  t.equal(await daemons([], io), 0)
  t.equal(
    out(),
    `DAEMON  STATE        NETWORKS  SINCE                HEARD                BEHIND  VERSION
a:8080  working      lan,rack  2026-03-01 12:00:00  2026-03-01 12:00:00  -       1.2.3
b0      standing by  -         -                    2026-03-01 12:00:00  3       1.2.3
b1      silent       -         -                    2026-03-01 12:00:00  -       1.2.3
`,
  )
  rows = others
  t.equal(await daemons([], io), 1, 'none works')
})

t.test('hosts on a terminal', async t => {
  const api = await startApi(t, { 'GET /api/v1/hosts': () => hostList })
  const env = { NO_COLOR: '1' }
  const { io, out } = fakeIo(t, api.url, { isTerminal: true, columns: 80, env })
  await hosts([], io)
  t.equal(
    out(),
    `NAME   STATE           PROFILE  ADDRESS     WHY
node1  idle            debian   10.77.0.20  was never installed
node2  installing 42%  nixos    10.77.0.20  nixos-anywhere is running
kiosk  netboots        -        -           was never installed
`,
  )
  const colours = fakeIo(t, api.url, { isTerminal: true, columns: 200 })
  await hosts([], colours.io)
  t.match(colours.out(), '\x1b[33minstalling 42%\x1b[0m')
})

t.test('hosts whose power is known', async t => {
  const at = '2026-03-01T11:58:00Z'
  const power = { by: 'bmc', state: null, at: null, reason: null }
  const rows = [
    hostRow({ power: { ...power, state: 'on', at } }),
    hostRow({ name: 'node2', power: { ...power, at, reason: 'it does not answer' } }),
    hostRow({ name: 'node3', power }),
    hostRow({ name: 'kiosk' }),
  ]
  const api = await startApi(t, { 'GET /api/v1/hosts': () => ({ hosts: rows }) })
  const env = { NO_COLOR: '1' }
  const at80 = fakeIo(t, api.url, { isTerminal: true, columns: 80, env })
  await hosts([], at80.io)
  t.equal(
    at80.out(),
    `NAME   STATE  PROFILE  ADDRESS     POWER                 WHY
node1  idle   debian   10.77.0.20  on, 3 min ago         was never installed
node2  idle   debian   10.77.0.20  not known, 3 min ago  was never installed
node3  idle   debian   10.77.0.20  not asked             was never installed
kiosk  idle   debian   10.77.0.20  -                     was never installed
`,
  )
  const at70 = fakeIo(t, api.url, { isTerminal: true, columns: 70, env })
  await hosts([], at70.io)
  t.match(at70.out(), /^NAME +STATE +PROFILE +ADDRESS +WHY$/m, 'it gives way to the rest')
})

t.test('hosts passes its filters on, and JSON through', async t => {
  const api = await startApi(t, { 'GET /api/v1/hosts': () => hostList })
  const { io, out } = fakeIo(t, api.url)
  t.equal(await hosts(['--tag', 'lab & co', '--profile=p', '--state', 'failed', '--json'], io), 0)
  t.equal(api.seen[0]?.line, 'GET /api/v1/hosts?tag=lab+%26+co&profile=p&state=failed')
  t.strictSame(JSON.parse(out()), hostList)
})

t.test('hosts takes the conditions that install takes', async t => {
  const api = await startApi(t, { 'GET /api/v1/hosts': () => hostList })
  const { io, err } = fakeIo(t, api.url)
  t.equal(await hosts(['--where', 'tag=lab', '--where', 'state=idle', '--tag', 'lab'], io), 0)
  t.equal(api.seen[0]?.line, 'GET /api/v1/hosts?tag=lab&state=idle')
  t.equal(await hosts(['--where', 'tag=lab', '--tag', 'rack1'], io), 2)
  t.match(err(), 'a list is of one tag, not of "rack1" and "lab"')
  t.equal(await hosts(['--where', 'rack=1'], io), 2)
  t.match(err(), '--where is tag=T, profile=P, state=S or facts.NAME>=N, not "rack=1"')
})

t.test('hosts refuses a state that there is not', async t => {
  const { io, err } = fakeIo(t, 'http://127.0.0.1:1')
  t.equal(await hosts(['--state', 'idel'], io), 2)
  t.equal(
    err(),
    'bootwright hosts: --state is one of idle, pending, booting, installing, verifying, installed, ' +
      'failed, not "idel"; did you mean "idle"?\n' +
      'usage: bootwright hosts [options]; bootwright hosts --help says more\n',
  )
})

t.test('a tag or profile that is nobody’s is an error, an empty list none', async t => {
  const names = {
    hosts: ['node1'],
    profiles: ['debian'],
    tags: ['rack7', 'lab'],
    networks: ['lan'],
  }
  const api = await startApi(t, {
    'GET /api/v1/hosts': () => ({ hosts: [] }),
    'GET /api/v1/names': () => names,
    'GET /api/v1/leases': () => ({ leases: [] }),
    'GET /api/v1/events': () => ({ events: [] }),
    'GET /api/v1/hosts/nod1': (_, response) => problem(response, 404, 'no host nod1'),
  })
  const rows = [
    [
      hosts,
      ['--tag', 'rack9'],
      'bootwright hosts: no host has the tag "rack9"; did you mean "rack7"?',
    ],
    [
      hosts,
      ['--profile', 'debain', '--json'],
      'bootwright hosts: the config has no profile "debain"',
    ],
    [watch, ['--tag', 'rack9'], 'bootwright watch: no host has the tag "rack9"'],
    [events, ['--tag', 'rack9'], 'bootwright events: no host has the tag "rack9"'],
    [events, ['nod1'], 'bootwright events: no host nod1\n'],
    [events, ['nod1', '--follow'], 'bootwright events: no host nod1\n'],
    [leases, ['--network', 'len'], 'bootwright leases: the config has no network "len"; did you'],
  ] as const
  for (const [command, argv, sentence] of rows) {
    const { io, out, err } = fakeIo(t, api.url)
    t.equal(await command([...argv], io), 1, argv.join(' '))
    t.equal(out(), '')
    t.match(err(), sentence)
  }
  const { io, err } = fakeIo(t, api.url)
  t.equal(await hosts(['--tag', 'lab', '--state', 'failed'], io), 0)
  t.equal(err(), 'no hosts\n')
})

t.test('one long name leaves room for the rest, also on a terminal of no size', async t => {
  const long = hostRow({ name: `rack-${'x'.repeat(60)}`, why: 'w'.repeat(40) })
  const api = await startApi(t, {
    'GET /api/v1/hosts': () => ({ hosts: [hostRow(), long] }),
    'GET /api/v1/events': () => ({ events: [event(1, { host: long.name, text: 'hello there' })] }),
  })
  for (const columns of [80, 0]) {
    const { io, out } = fakeIo(t, api.url, { isTerminal: true, columns })
    t.equal(await hosts([], io), 0)
    const lines = stripVTControlCharacters(out()).trimEnd().split('\n')
    t.match(lines[0], /^NAME +STATE +PROFILE +ADDRESS +WHY$/, `${columns} columns`)
    for (const line of lines) t.ok(line.length <= 80, line)
    const timeline = fakeIo(t, api.url, { isTerminal: true, columns })
    t.equal(await events([], timeline.io), 0)
    const shown = stripVTControlCharacters(timeline.out()).trimEnd()
    t.match(shown, /rack-x+… +script +hello there$/)
    t.ok(shown.length <= 80, shown)
  }
})

t.test('leases pass their filters on', async t => {
  const one = { address: '10.0.0.1', mac: 'm', host: null, network: 'lan', hostname: null }
  const lease = { ...one, state: 'active', end: '2026-03-01T13:00:00Z' }
  const api = await startApi(t, { 'GET /api/v1/leases': () => ({ leases: [lease] }) })
  const { io } = fakeIo(t, api.url)
  t.equal(await leases(['--network', 'lan', '--state', 'active', '--search', 'x y'], io), 0)
  t.equal(api.seen[0]?.line, 'GET /api/v1/leases?network=lan&state=active&q=x+y')
})

t.test('leases', async t => {
  const base = { mac: '52:54:00:12:34:56', network: 'rack', end: '2026-03-01T13:00:00Z' }
  const body = {
    leases: [
      { ...base, address: '10.77.0.20', host: 'node1', hostname: 'n1', state: 'active' },
      { ...base, address: '10.77.0.50', host: null, hostname: 'evil\x1b[2J', state: 'released' },
    ],
  }
  const api = await startApi(t, { 'GET /api/v1/leases': () => body })
  const { io, out } = fakeIo(t, api.url)
  t.equal(await leases([], io), 0)
  t.equal(
    out(),
    `ADDRESS     STATE     HOST   MAC                NETWORK  HOSTNAME  END
10.77.0.20  active    node1  52:54:00:12:34:56  rack     n1        2026-03-01 13:00:00
10.77.0.50  released  -      52:54:00:12:34:56  rack     evil?[2J  2026-03-01 13:00:00
`,
  )
  const json = fakeIo(t, api.url)
  await leases(['--json'], json.io)
  t.strictSame(JSON.parse(json.out()), body)
})

const detail = {
  host: {
    ...hostRow({ state: 'installing', percent: 42, install: '01J', attempt: 2, message: 'half' }),
    blocked: 'linux has another sha256',
    uuid: null,
    serial: null,
    port: null,
    vars: { disk: '/dev/vda', swap: 4 },
    nics: [{ mac: '52:54:00:12:34:56', address: '10.77.0.20', network: 'rack' }],
    lastSeen: '2026-03-01T12:00:09Z',
    facts: null as unknown,
  },
  installs: [
    {
      id: '01H',
      profile: 'debian',
      askedAt: '2026-02-01T12:00:00Z',
      endedAt: '2026-02-01T12:30:00Z',
      outcome: 'failed',
      reason: 'never came back',
      attempts: 1,
    },
    {
      id: '01J',
      profile: 'debian',
      askedAt: '2026-03-01T12:00:00Z',
      endedAt: null,
      outcome: null,
      reason: null,
      attempts: 2,
    },
  ],
  callbacks: [
    { name: 'notify', event: 'ready', state: 'due', tries: 3, nextAt: null, error: 'HTTP 500' },
  ],
  events: [event(1), event(2, { kind: 'phone-home', text: 'ready', count: 3 })],
}

t.test('show', async t => {
  const api = await startApi(t, { 'GET /api/v1/hosts/node1': () => detail })
  const { io, out } = fakeIo(t, api.url)
  t.equal(await show(['node1'], io), 0)
  t.equal(
    out(),
    `Name       node1
State      installing 42%
Why        was never installed
Blocked    linux has another sha256
Since      2026-03-01 12:00:00
Profile    debian
Install    01J, attempt 2
Message    half
Address    10.77.0.20
NIC        52:54:00:12:34:56 10.77.0.20 rack
Tags       lab
Vars       disk=/dev/vda, swap=4
Last seen  2026-03-01 12:00:09

Installs
INSTALL  OUTCOME  PROFILE  ASKED                ENDED                ATTEMPTS  REASON
01H      failed   debian   2026-02-01 12:00:00  2026-02-01 12:30:00  1         never came back
01J      running  debian   2026-03-01 12:00:00  -                    2         -

Callbacks
CALLBACK  STATE  EVENT  TRIES  NEXT  ERROR
notify    due    ready  3      -     HTTP 500

Events
2026-03-01 12:00:01  script      event 1
2026-03-01 12:00:02  phone-home  ready (3 times)
`,
  )
  const json = fakeIo(t, api.url)
  t.equal(await show(['--json', 'node1'], json.io), 0)
  t.strictSame(JSON.parse(json.out()), detail)
})

t.test('show of a host without a past, and of none', async t => {
  const empty = { ...detail, installs: [], callbacks: [], events: [] }
  const api = await startApi(t, {
    'GET /api/v1/hosts/node1': () => empty,
    'GET /api/v1/hosts/a%2Fb': (_, response) => problem(response, 404, 'There is no host "a/b".'),
  })
  const { io, out, err } = fakeIo(t, api.url)
  await show(['node1'], io)
  t.notMatch(out(), /Installs|Callbacks|Events/)
  t.equal(await show(['a/b'], io), 1)
  t.equal(err(), 'bootwright show: There is no host "a/b".\n')
})

t.test('show without a host', async t => {
  const { io, err } = fakeIo(t, 'http://127.0.0.1:1')
  t.equal(await show([], io), 2)
  t.equal(
    err(),
    'bootwright show: it needs the name of a host\n' +
      'usage: bootwright show HOST [options]; bootwright show --help says more\n',
  )
})
