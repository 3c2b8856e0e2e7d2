import t from 'tap'
import { start, startHttp, token } from '../daemon.ts'

const names = (list: readonly { name: string }[]) => list.map(({ name }) => name)

t.test('without the token, or with another one, it is 401 and nothing is told', async t => {
  const { app } = await startHttp(t)
  const headers = [
    undefined,
    'Bearer',
    'Bearer ',
    'Bearer wrong',
    `Bearer ${token}x`,
    `Bearer ${token.slice(1)}`,
    `Basic ${token}`,
    token,
  ]
  for (const authorization of headers) {
    const reply = await app.inject({
      ...{ url: '/api/v1/hosts', remoteAddress: '127.0.0.1' },
      headers: authorization === undefined ? {} : { authorization },
    })
    t.equal(reply.statusCode, 401, String(authorization))
    t.equal(reply.headers['www-authenticate'], 'Bearer')
    t.match(reply.headers['content-type'], /^application\/problem\+json/)
    t.strictSame(reply.json(), {
      ...{ type: 'about:blank', title: 'Unauthorized', status: 401 },
      detail: 'this needs the header "Authorization: Bearer TOKEN" with the admin token',
    })
  }
})

t.test('from outside admin.allow it is 403, also with the token', async t => {
  const { app } = await startHttp(t)
  const from = (remoteAddress: string) =>
    app.inject({
      ...{ url: '/api/v1/hosts', remoteAddress },
      headers: { authorization: `Bearer ${token}` },
    })
  for (const address of ['10.77.0.20', '192.0.2.1', '2001:db8::1', '::ffff:10.77.0.20']) {
    const reply = await from(address)
    t.equal(reply.statusCode, 403, address)
    t.match(reply.json(), { status: 403, detail: /is not in admin\.allow of the config$/ })
  }
  for (const address of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])
    t.equal((await from(address)).statusCode, 200, address)
})

t.test('every path of the API is guarded, also those that do not exist', async t => {
  const { app } = await startHttp(t)
  const paths = [
    ...['GET /hosts', 'GET /hosts/node1', 'GET /events', 'GET /leases', 'GET /strangers'],
    ...['POST /installs', 'POST /cancels'],
  ]
  for (const line of paths) {
    const [method, path] = line.split(' ') as ['GET' | 'POST', string]
    const reply = await app.inject({ method, url: `/api/v1${path}`, remoteAddress: '127.0.0.1' })
    t.equal(reply.statusCode, 401, line)
  }
})

t.test('the hosts, all or by a condition', async t => {
  const { admin, install } = await startHttp(t)
  install()
  const hosts = async (query = '') => names((await admin('GET', `/hosts${query}`)).json().hosts)
  t.strictSame(await hosts(), ['node1', 'node2', 'rack-a', 'printer', 'poor', 'fresh'])
  t.strictSame(await hosts('?tag=lab'), ['node1', 'node2'])
  t.strictSame(await hosts('?tag=lab&state=pending'), ['node1'])
  t.strictSame(await hosts('?profile=diskless'), ['rack-a'])
  t.strictSame(await hosts('?state=verifying'), [])
})

t.test('one host, with its installs, callbacks and timeline', async t => {
  const { admin, install, clock } = await startHttp(t)
  const id = install()
  clock.now += 1
  const { host, installs, callbacks, events } = (await admin('GET', '/hosts/node1')).json()
  t.match(host, {
    ...{ name: 'node1', mac: '52:54:00:12:34:56', profile: 'debian', state: 'pending' },
    ...{ install: id, attempt: 0, since: new Date(start).toISOString(), tags: ['lab', 'red'] },
  })
  t.match(installs, [{ id, profile: 'debian', endedAt: null, outcome: null }])
  t.strictSame(callbacks, [])
  t.match(events, [{ kind: 'state', host: 'node1', text: /^idle -> pending/, count: 1 }])

  const netboots = (await admin('GET', '/hosts/rack-a')).json().host
  t.match(netboots, { state: 'idle', netboots: true, why: 'netboots diskless', since: null })
  const reply = await admin('GET', '/hosts/nobody')
  t.equal(reply.statusCode, 404)
  t.equal(reply.json().detail, 'the config has no host nobody')
  const unheard = (await admin('GET', '/hosts/5254.0099.9999')).json().detail
  t.match(unheard, /^no host has the MAC 52:54:00:99:99:99; `bootwright unknown` lists/)
})

t.test('installs are asked for by name, glob and condition', async t => {
  const { admin, state } = await startHttp(t)
  const ask = async (body: object) => (await admin('POST', '/installs', body)).json().results
  t.match(await ask({ hosts: ['node1'] }), [
    { host: 'node1', ok: true, install: /./, reason: null },
  ])
  t.match(await ask({ hosts: ['node*'] }), [{ host: 'node1' }, { host: 'node2' }])
  t.match(await ask({ where: ['tag=red'] }), [{ host: 'node1' }])
  t.strictSame(await ask({ hosts: ['node?'], where: ['tag=red', 'state=idle'] }), [])
  t.equal(state('node1'), 'pending')
  t.equal(state('node2'), 'pending')
  t.match(await ask({ hosts: ['rack-a', 'printer', 'poor'] }), [
    { ok: false, install: null, reason: 'diskless is booted always: there is nothing to install' },
    { ok: false, reason: 'printer has no profile: it is a reservation only' },
    { ok: false, reason: /^no such kernel: / },
  ])
  t.match(await ask({ hosts: ['node2'], profile: 'broken' }), [{ ok: false }])
  t.match(await ask({ hosts: ['poor'], profile: 'debian' }), [{ host: 'poor', ok: true }])
})

t.test('a var that nothing uses is refused with the nearest name', async t => {
  const { admin, state } = await startHttp(
    t,
    `  typed: { mac: "52:54:00:12:34:6a", profile: typed, vars: { serial: a } }
  told: { mac: "52:54:00:12:34:6b", profile: told }
  all: { mac: "52:54:00:12:34:6c", profile: all }
callbacks:
  tell: { when: [failed], webhook: { url: "http://h/{{ host.vars.room | default: 1 }}" } }
`,
    {
      profiles: `typed: { kernel: linux, cmdline: "${useful}", vars: { swap: 4G } }
  told: { kernel: linux, callbacks: [tell] }
  all: { kernel: linux, cmdline: "{% for v in host.vars %}{{ v }}{% endfor %}" }`,
    },
  )
  const rows = [
    ['typed', 'dsk', 'nothing in typed uses the var "dsk"; did you mean "disk"?'],
    ['typed', 'colour', 'nothing in typed uses the var "colour"; it uses disk, n, wipe'],
    ['typed', 'swap', /^nothing in typed uses the var "swap"/],
    ['typed', 'serial', /^nothing in typed uses the var "serial"/],
    ['typed', 'disk', null],
    ['typed', 'wipe', null],
    ['told', 'rooms', 'nothing in told uses the var "rooms"; did you mean "room"?'],
    ['told', 'room', null],
    ['all', 'anything', null],
    ['node1', 'disk', 'nothing in debian uses the var "disk"; it uses no vars'],
  ] as const
  for (const [host, name, reason] of rows) {
    for (const dryRun of [true, false]) {
      const body = { hosts: [host], vars: { [name]: '/dev/nvme9n9' }, dryRun }
      const [result] = (await admin('POST', '/installs', body)).json().results
      t.match(result, { ok: reason === null, reason }, `${host} ${name}`)
    }
  }
  t.equal(state('node1'), 'idle')
})

t.test('a dry run says who would be installed, and changes nothing', async t => {
  const { admin, state, timeline } = await startHttp(t)
  const reply = await admin('POST', '/installs', { hosts: ['*'], dryRun: true })
  const results = reply.json().results as { host: string; ok: boolean; install: unknown }[]
  t.strictSame(
    results.filter(({ ok }) => ok).map(({ host }) => host),
    ['node1', 'node2', 'fresh'],
  )
  for (const { host, install } of results) {
    t.equal(install, null)
    t.equal(state(host), 'idle')
    t.strictSame(timeline(host), [])
  }
})

t.test('a dry run does not make a new host an old one', async t => {
  const { admin, memory } = await startHttp(t)
  await admin('POST', '/installs', { hosts: ['*'], dryRun: true })
  t.strictSame(memory.hosts.all(), [])
})

t.test('what means nothing is 400 with a sentence, and nothing changes', async t => {
  const { admin, memory } = await startHttp(t)
  const rows = [
    [{}, 'no host is named: give names, globs or where'],
    [{ hosts: [] }, 'no host is named: give names, globs or where'],
    [
      { hosts: ['nobody'] },
      'nobody matches no host; the config has node1, node2, rack-a, printer, poor …',
    ],
    [{ hosts: ['node1', 'x*'] }, /^x\* matches no host/],
    [{ where: ['colour=red'] }, /^"colour=red" is no condition: write tag=T/],
    [{ hosts: ['node1'], profile: 'nobody' }, 'the config has no profile nobody'],
    [{ hosts: 7 }, 'body.hosts is to be a list, not 7'],
    [{ where: { a: 1 } }, 'body.where is to be a list, not an object'],
    [{ hosts: ['node1'], vars: { a: { b: 1 } } }, /vars/],
  ] as const
  for (const [body, detail] of rows) {
    const reply = await admin('POST', '/installs', body)
    t.equal(reply.statusCode, 400, JSON.stringify(body))
    t.match(reply.headers['content-type'], /^application\/problem\+json/)
    t.match(reply.json(), { status: 400, title: 'Bad request', detail })
  }
  t.strictSame(memory.hosts.all(), [])
})

t.test('a key that is misspelt is refused: "dryrun" is no dry run', async t => {
  const { admin, state } = await startHttp(t)
  const reply = await admin('POST', '/installs', { hosts: ['node1'], dryrun: true })
  t.equal(reply.statusCode, 400)
  t.equal(state(), 'idle')
})

const useful =
  'a={{ host.vars.disk | default: 1 }}{% if host.vars.n and host.vars.wipe %}b{% endif %}'

t.test('vars keep their types', async t => {
  const profiles = `typed: { kernel: linux, cmdline: "${useful}" }`
  const { admin, memory } = await startHttp(t, '', { profiles })
  const vars = { disk: '/dev/sda', n: 1, wipe: false }
  await admin('POST', '/installs', { hosts: ['node1'], profile: 'typed', vars })
  const [install] = memory.installs.ofHost('node1', 1)
  t.strictSame(install?.spec.profile.vars, vars)
})

t.test('hostile bodies are 4xx and never an error of ours', async t => {
  const { app, memory } = await startHttp(t)
  const bodies = [
    ...['', '{', 'null', '[]', '7', '"x"', '{"__proto__":{"a":1}}', '{"hosts":["__proto__"]}'],
    ...[`{"hosts":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, '{"hosts":["(((((*"]}'],
    `{"hosts":["${'*a'.repeat(20)}"]}`,
  ]
  for (const payload of bodies) {
    for (const url of ['/api/v1/installs', '/api/v1/cancels']) {
      const reply = await app.inject({
        ...{ method: 'POST', url, payload, remoteAddress: '127.0.0.1' },
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      })
      t.ok(
        reply.statusCode >= 400 && reply.statusCode < 500,
        `${reply.statusCode} ${payload.slice(0, 40)}`,
      )
    }
  }
  t.strictSame(memory.hosts.all(), [])
})

t.test('why something is not asked for or taken back is a code too', async t => {
  const { admin, install, ask, say } = await startHttp(t)
  const post = async (path: string, hosts: string[]) =>
    (await admin('POST', path, { hosts })).json().results
  t.match(await post('/cancels', ['node1']), [
    { ok: false, code: 'nothing-to-cancel', reason: 'node1 is idle: nothing to cancel' },
  ])
  t.match(await post('/installs', ['printer']), [{ ok: false, code: 'no-profile' }])
  install()
  await ask('/boot/52-54-00-12-34-56/boot.ipxe')
  t.match(await post('/installs', ['node1']), [{ ok: false, code: 'already-begun' }])
  await say('?event=progress')
  const [taken] = await post('/cancels', ['node1'])
  t.match(taken, { ok: true, reason: null, warningCode: 'may-be-erasing' })
  t.notOk('code' in taken)
})

t.test('a dry run of a cancel says whose install it is, and changes nothing', async t => {
  const { admin, state, install } = await startHttp(t)
  install()
  const dry = await admin('POST', '/cancels', { hosts: ['node*'], dryRun: true })
  t.match(dry.json().results, [
    { host: 'node1', ok: true, was: 'pending', reason: null },
    { host: 'node2', ok: false, was: 'idle', reason: 'node2 is idle: nothing to cancel' },
  ])
  t.equal(state('node1'), 'pending')
  t.strictSame((await admin('GET', '/admin-log')).json().entries, [])
})

t.test('the system that runs there boots the installer', async t => {
  const runs = `  runs: { mac: "52:54:00:12:34:6d", profile: debian, power: { by: wake }, running: { identityFile: assets/key } }
  lost: { mac: "52:54:00:12:34:6e", profile: debian, running: { identityFile: nowhere } }
`
  const { admin, memory } = await startHttp(t, runs, { files: { key: '' } })
  const ask = async (body: object) => (await admin('POST', '/installs', body)).json()
  const hosts = ['node1', 'lost', 'runs']
  t.match((await ask({ hosts, by: 'kexec' })).results, [
    { ok: false, code: 'no-running', reason: /^the config has no login .*give node1 running: / },
    { ok: true, starts: true },
    { ok: false, code: 'running-no-key', reason: /cannot be read: .*nowhere$/ },
  ])
  t.match(memory.installs.ofHost('runs', 1), [{ spec: { host: { power: { by: 'kexec' } } } }])
  t.match(await ask({ hosts, by: 'kexec', power: false }), {
    status: 400,
    detail: /^body\.by says who/,
  })
  t.match(await ask({ hosts, by: 'magic' }), {
    status: 400,
    detail: /^body\.by is one of kexec, media/,
  })
})

t.test('a dry run names what is erased', async t => {
  const profiles = `disk: { kernel: linux, vars: { disk: /dev/sda } }
  rescue: { kernel: linux, boot: once }`
  const { admin } = await startHttp(t, '', { profiles })
  const erased = async (profile: string) =>
    (await admin('POST', '/installs', { hosts: ['node1'], profile, dryRun: true })).json().results
  t.match(await erased('disk'), [{ profile: 'disk', erases: true, wipes: '/dev/sda' }])
  t.match(await erased('debian'), [{ erases: true, wipes: null }])
  t.match(await erased('rescue'), [{ erases: false, wipes: null }])
})

t.test('hosts and profiles that are misspelt', async t => {
  const { admin } = await startHttp(t)
  const detail = async (method: 'GET' | 'POST', path: string, body?: object) =>
    (await admin(method, path, body)).json().detail
  const node = 'the config has no host nod1; did you mean "node1"?'
  t.equal(await detail('GET', '/hosts/nod1'), node)
  t.equal(await detail('GET', '/hosts/nod1/doctor'), node)
  t.equal(await detail('GET', '/hosts/nod1/preview'), node)
  t.equal(
    await detail('POST', '/installs', { hosts: ['node1'], profile: 'debain' }),
    'the config has no profile debain; did you mean "debian"?',
  )
  t.equal(
    await detail('POST', '/cancels', { where: ['tag=lob'] }),
    'no host has the tag "lob"; did you mean "lab"?',
  )
  t.match((await admin('GET', '/hosts/52-54-00-12-34-57')).json(), { host: { name: 'node2' } })
  t.match((await admin('GET', '/names')).json(), {
    hosts: ['node1', 'node2', 'rack-a', 'printer', 'poor', 'fresh'],
    profiles: ['debian', 'diskless', 'broken', 'eager'],
    tags: ['lab', 'red'],
    networks: ['lan'],
  })
})

t.test('cancel, and what it says', async t => {
  const { admin, install, state } = await startHttp(t)
  install()
  const reply = await admin('POST', '/cancels', { hosts: ['node*'] })
  t.equal(reply.statusCode, 200)
  t.match(reply.json().results, [
    { host: 'node1', ok: true },
    { host: 'node2', ok: false, reason: 'node2 is idle: nothing to cancel' },
  ])
  t.equal(state(), 'idle')
})

t.test('one that has begun needs replace', async t => {
  const { admin, install, ask, state } = await startHttp(t)
  install()
  await ask('/boot/525400123456/boot.ipxe')
  const again = async (body: object) =>
    (await admin('POST', '/installs', { hosts: ['node1'], ...body })).json().results
  t.match(await again({}), [{ ok: false, reason: 'node1 is booting; --replace starts over' }])
  t.equal(state(), 'booting')
  t.match(await again({ replace: true }), [{ ok: true }])
  t.equal(state(), 'pending')
})

t.test('leases and strangers', async t => {
  const { admin, memory, clock } = await startHttp(t)
  const lease = { network: 'lan', mac: '52:54:00:12:34:56', start, state: 'active' } as const
  memory.leases.save({ ...lease, address: 0x7f000014, end: start + 1000 } as never)
  memory.leases.save({
    ...lease,
    mac: '52:54:00:99:99:99',
    address: 0x7f000015,
    end: start,
  } as never)
  t.match((await admin('GET', '/leases')).json().leases, [
    { address: '127.0.0.20', host: 'node1', state: 'active' },
    { address: '127.0.0.21', host: null, state: 'expired' },
  ])
  const six = {
    network: 'lan',
    duid: '0003000152540099',
    iaid: 1,
    start,
    end: start + 1000,
  } as const
  const address6 = '2001:db8::5' as never
  memory.leases6.save({ ...six, address: address6, mac: lease.mac as never, state: 'active' })
  const found = (await admin('GET', '/leases?q=2001:db8')).json()
  t.match(found, { total: 1, leases: [{ address: '2001:db8::5', host: 'node1', duid: six.duid }] })
  clock.now += 1000
  t.match((await admin('GET', '/leases')).json().leases.slice(0, 2), [
    { state: 'expired' },
    { state: 'expired' },
  ])
  t.strictSame((await admin('GET', '/strangers')).json(), { strangers: [], total: 0 })
})

t.test('a host says what keeps it from booting', async t => {
  const { admin } = await startHttp(t)
  const blocked = async (name: string) => (await admin('GET', `/hosts/${name}`)).json().host.blocked
  t.equal(await blocked('node1'), null)
  t.match(await blocked('poor'), /^no such kernel: .*nowhere$/)
  t.equal(await blocked('printer'), null, 'a reservation boots nothing')
})
