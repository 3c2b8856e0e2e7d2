import t, { type Test } from 'tap'
import { adopt } from '../../src/cli/local/adopt.ts'
import { fakeIo, problem, startApi } from './fake.ts'

const machine = (mac: string, serial: string | null, port: string, waits = true) => ({
  ...{ mac, serial, waits, arch: 'bios', stage: 'ipxe', uuid: null, vendorClass: null, port },
  ...{ address: null, text: '', at: '2026-03-01T12:00:00Z', entry: '', facts: null },
})

async function place(t: Test, options: Parameters<typeof fakeIo>[2] = {}, refuses = false) {
  const strangers = [
    machine('52:54:00:00:00:02', 'A10', 'L7/Ethernet3'),
    machine('52:54:00:00:00:01', 'A9', 'L7/Ethernet12'),
    machine('52:54:00:00:00:03', 'A1', 'L7/Ethernet1', false),
  ]
  const { url, seen } = await startApi(t, {
    'GET /api/v1/strangers': () => ({ strangers, total: 3 }),
    'POST /api/v1/hosts': ({ body }, response) => {
      if (refuses) return problem(response, 409, 'there is a host r7-n1 already')
      const { hosts } = body as { hosts: { name: string }[] }
      return { hosts: hosts.map(({ name }) => name), warnings: [] }
    },
  })
  const { io, out, err } = fakeIo(t, url, options)
  const posted = () => seen.filter(({ line }) => line.startsWith('POST')).map(({ body }) => body)
  return { out, err, posted, call: (...argv: string[]) => adopt(argv, io) }
}

t.test('all machines on which the agent waits, by their serial numbers', async t => {
  const { call, out, err, posted } = await place(t)
  const options = ['--by', 'serial', '--tag', 'rack7', '--profile', 'debian', '--yes']
  t.equal(await call('--all', '--name', 'r7-n{{ n }}', ...options), 0, err())
  const keys = { profile: 'debian', tags: ['rack7'], vars: {} }
  t.strictSame(posted(), [
    {
      hosts: [
        { mac: '52:54:00:00:00:01', name: 'r7-n1', ...keys },
        { mac: '52:54:00:00:00:02', name: 'r7-n2', ...keys },
      ],
    },
  ])
  t.equal(out(), 'r7-n1 is a host\nr7-n2 is a host\n')
})

t.test('by the ports that they hang on, as people count', async t => {
  const { call, err, posted } = await place(t)
  t.equal(await call('--all', '--name', 'n{{ n }}', '--by', 'port', '--yes'), 0, err())
  t.match(posted(), [{ hosts: [{ mac: '52:54:00:00:00:02' }, { mac: '52:54:00:00:00:01' }] }])
})

t.test('they are shown and confirmed', async t => {
  const no = await place(t, { isTerminal: true, input: 'n\n' })
  t.equal(await no.call('--all', '--name', 'n{{n}}'), 1)
  t.match(no.err(), /n1 +52:54:00:00:00:01 +A9 +L7.Ethernet12\nn2 +52:54:00:00:00:02 +A10 +L7/)
  t.strictSame(no.posted(), [])
  const nobody = await place(t)
  t.equal(await nobody.call('--all', '--name', 'n{{n}}'), 2)
  t.match(nobody.err(), 'say --yes')
})

const wrong: readonly (readonly [argv: string[], code: number, sentence: RegExp])[] = [
  [['--all'], 2, /it needs --name 'PATTERN'/],
  [['--all', 'x', '--name', 'n'], 2, /nothing else/],
  [['--all', '--name', 'same', '--yes'], 2, /write \{\{ n \}\} into it/],
  [['--all', '--name', 'n{{ n }}', '--address', '10.0.0.1'], 2, /for one machine/],
  [['--all', '--name', 'n{{ n }}', '--by', 'luck', '--yes'], 2, /--by/],
  [['--all', '--name', 'n{{ n }}', '--var', 'x', '--yes'], 2, /--var is k=v/],
  [[], 2, /it needs a MAC and a name, or --all and --name/],
  [['52:54:00:00:00:01'], 2, /it needs a MAC and a name/],
]
for (const [argv, code, sentence] of wrong) {
  t.test(argv.join(' ') || 'nothing', async t => {
    const { call, err, posted } = await place(t)
    t.equal(await call(...argv), code)
    t.match(err(), sentence)
    t.strictSame(posted(), [])
  })
}

t.test('what the daemon refuses is said', async t => {
  const { call, err } = await place(t, {}, true)
  t.equal(await call('--all', '--name', 'r7-n{{ n }}', '--yes'), 1)
  t.match(err(), 'there is a host r7-n1 already')
})
