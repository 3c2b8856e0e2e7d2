import t from 'tap'
import { startHttp } from '../daemon.ts'

interface Operation {
  readonly parameters?: readonly { readonly in: string }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, object>> }
}

type Row = readonly [url: string, body: object | undefined, property: string, detail: string]
const rows: readonly Row[] = [
  [
    '/installs',
    { hsts: ['node1'] },
    'body.hsts',
    'body has no property "hsts"; did you mean "hosts"?',
  ],
  [
    '/cancels',
    { colour: 1 },
    'body.colour',
    'body has no property "colour"; it has hosts, where, dryRun',
  ],
  ['/installs', { hosts: 7 }, 'body.hosts', 'body.hosts is to be a list, not 7'],
  ['/installs', { hosts: ['a', 7] }, 'body.hosts[1]', 'body.hosts[1] is to be a text, not 7'],
  [
    '/installs',
    { hosts: ['node1'], vars: { a: {} } },
    'body.vars.a',
    'body.vars.a is to be a text, not an object',
  ],
  [
    '/installs',
    { hosts: ['node1'], dryRun: 'yes' },
    'body.dryRun',
    'body.dryRun is to be true or false, not "yes"',
  ],
  ['/installs', [], 'body', 'body is to be an object, not a list'],
  [
    '/installs',
    { hosts: ['nod1'] },
    'body.hosts[0]',
    'nod1 matches no host; did you mean "node1"?',
  ],
  ['/installs', {}, 'body.hosts', 'no host is named: give names, globs or where'],
  [
    '/installs',
    { where: ['tag=lab', 'state=instaled'] },
    'body.where[1]',
    'there is no state "instaled"; did you mean "installed"?',
  ],
  [
    '/installs',
    { hosts: ['node1'], profile: 'debain' },
    'body.profile',
    'the config has no profile debain; did you mean "debian"?',
  ],
  ['/session', {}, 'body.token', 'body.token is missing'],
  ['/session', { token: '' }, 'body.token', 'body.token must NOT have fewer than 1 characters'],
  [
    '/hosts?limit=0',
    undefined,
    'query.limit',
    'query.limit is to be a number from 1 to 999999, not "0"',
  ],
  ['/hosts?limt=1', undefined, 'query.limt', 'query has no property "limt"; did you mean "limit"?'],
  [
    '/hosts?state=idle&state=instaled',
    undefined,
    'query.state[1]',
    'query.state[1] is one of idle, pending, booting, installing, verifying, installed, failed, not "instaled"; did you mean "installed"?',
  ],
  [
    '/leases?state=activ',
    undefined,
    'query.state',
    'query.state is one of active, expired, released, declined, not "activ"; did you mean "active"?',
  ],
  ['/events?after=x', undefined, 'query.after', 'query.after is to be a whole number, not "x"'],
  ['/callbacks/x/retry', {}, 'path.id', 'path.id is to be a whole number, not "x"'],
  ['/strangers/x/packets.pcap', undefined, 'path.mac', 'x is not a MAC address'],
]

t.test('a 400 names the property, what it is to be, and what was probably meant', async t => {
  const { admin } = await startHttp(t)
  for (const [url, body, property, detail] of rows) {
    const reply = await admin(body === undefined ? 'GET' : 'POST', url, body)
    t.strictSame(
      reply.json(),
      { type: 'about:blank', title: 'Bad request', status: 400, detail, property },
      `${url} ${JSON.stringify(body)}`,
    )
  }
  t.match((await admin('GET', '/events?kind=dhpc')).json().detail, /; did you mean "dhcp"\?$/)
  const broken = { 'content-type': 'application/json' }
  const { statusCode, body } = await admin('POST', '/installs', undefined, broken)
  t.match([statusCode, JSON.parse(body)], [400, { property: 'body' }], 'what cannot be read')
})

t.test('every route that takes something names what it does not know', async t => {
  const { app, admin } = await startHttp(t)
  const document = (
    await app.inject({ url: '/api/openapi.json', remoteAddress: '127.0.0.1' })
  ).json()
  const paths = Object.entries(document.paths as Record<string, Record<string, Operation>>)
  let tried = 0
  for (const [path, methods] of paths) {
    const url = path
      .replace('/api/v1', '')
      .replace('{id}', '1')
      .replace(/\{\w+\}/, 'node1')
    for (const [method, { parameters = [], requestBody }] of Object.entries(methods)) {
      const asked = method.toUpperCase() as 'GET'
      if (requestBody?.content['application/json']) {
        const { statusCode, body } = await admin(asked, url, {
          ...(url === '/session' && { token: 'x' }),
          ...(url === '/power' && { verb: 'on' }),
          ...(url === '/discs' && { name: 'x', file: 'x.iso', bytes: 1 }),
          ...(url === '/hosts' && { hosts: [{ mac: 'x', name: 'x' }] }),
          ...(url === '/pulls' && { name: 'debian' }),
          ...(url === '/hosts/node1/console' && { text: 'x' }),
          ...(url === '/bmc/trust' && { host: 'a', fingerprint: Array(32).fill('AB').join(':') }),
          nonsens: 1,
        })
        t.match([statusCode, JSON.parse(body).property], [400, 'body.nonsens'], `${method} ${path}`)
        tried++
      }
      if (parameters.some(one => one.in === 'query')) {
        const bytes = { 'content-type': 'application/octet-stream' }
        const sent = method === 'put' ? ([Buffer.from('x'), bytes] as const) : []
        const { statusCode, body } = await admin(asked, `${url}?nonsens=1`, ...sent)
        t.match(
          [statusCode, JSON.parse(body).property],
          [400, 'query.nonsens'],
          `${method} ${path}`,
        )
        tried++
      }
    }
  }
  t.ok(tried >= 10, `${tried} were tried`)
})
