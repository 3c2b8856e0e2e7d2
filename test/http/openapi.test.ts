import type { FastifyInstance } from 'fastify'
import t from 'tap'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { sawFileSent } from '../../src/record/seen-files.ts'
import { mac, start, startHttp } from './daemon.ts'

interface Document {
  readonly openapi: string
  readonly info: { readonly license?: object }
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

interface Operation {
  readonly summary: string
  readonly operationId?: string
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
  readonly responses: Readonly<
    Record<string, { content?: Readonly<Record<string, { schema: TSchema }>> }>
  >
}

const at = { remoteAddress: '127.0.0.1' }

async function documentOf(app: FastifyInstance): Promise<Document> {
  return (await app.inject({ url: '/api/openapi.json', ...at })).json()
}

/** `GET /api/v1/hosts/:name`, as the router knows them. */
function routesOf(app: FastifyInstance): string[] {
  const parents: string[] = []
  return app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap(line => {
      const [, indent = '', segment = '', methods = ''] =
        /^([│ ]*)[├└]── (\S+) \((.*)\)$/.exec(line) ?? []
      if (segment === '') return []
      const depth = indent.length / 4
      parents.splice(depth, parents.length, (parents[depth - 1] ?? '') + segment)
      const path = parents.at(-1) ?? ''
      return path.startsWith('/api/v1/') ? methods.split(', ').map(name => `${name} ${path}`) : []
    })
    .sort()
}

function operationsOf({ paths }: Document): string[] {
  return Object.entries(paths)
    .flatMap(([path, methods]) =>
      Object.keys(methods).map(
        method => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
      ),
    )
    .sort()
}

t.test('the document has every route of the API and no other', async t => {
  const { app } = await startHttp(t)
  const document = await documentOf(app)
  t.equal(document.openapi, '3.1.0')
  t.ok(routesOf(app).length >= 16, 'there are routes to look for')
  t.strictSame(operationsOf(document), routesOf(app))
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, { summary, parameters = [] }] of Object.entries(methods)) {
      t.match(summary, /./, `${method} ${path} says what it is`)
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const told = parameters.filter(one => one.in === 'path').map(({ name }) => name)
      t.strictSame(told, named, `${method} ${path} names its parameters`)
    }
  }
})

t.test('programs can be made from the document: who is asked, names, licence', async t => {
  const { app } = await startHttp(t)
  const headers = { host: '127.0.0.1:8080' }
  const document: Document = (await app.inject({ url: '/api/openapi.json', ...at, headers })).json()
  t.strictSame(document.servers, [{ url: 'http://127.0.0.1:8080' }])
  t.strictSame(document.info.license, { name: 'MIT', identifier: 'MIT' })
  const ids = Object.values(document.paths).flatMap(methods =>
    Object.values(methods).map(({ operationId = '' }) => operationId),
  )
  t.equal(ids.length, routesOf(app).length)
  t.strictSame(
    ids.filter(id => !/^[a-z][A-Za-z]+$/.test(id)),
    [],
    'they are names in any language',
  )
  t.equal(new Set(ids).size, ids.length, 'no two are the same')
})

type Http = Awaited<ReturnType<typeof startHttp>>

const fingerprint = Array(32).fill('AB').join(':')

/** What is asked, and the status it is answered with. */
const rows: readonly (readonly [route: string, status: number, url?: string, body?: object])[] = [
  ['GET /session', 200],
  ['POST /session', 200, '/session', { token: 'a-token-of-the-tests' }],
  ['POST /session', 401, '/session', { token: 'wrong' }],
  ['POST /session', 400, '/session', { tokn: 'wrong' }],
  ['DELETE /session', 403],
  ['GET /status', 200],
  ['GET /hosts', 200],
  ['GET /hosts', 400, '/hosts?limit=0'],
  ['POST /hosts', 400, '/hosts', { hosts: [] }],
  ['POST /hosts', 409, '/hosts', { hosts: [{ mac: '525400999901', name: 'node1' }] }],
  ['POST /hosts', 200, '/hosts', { hosts: [{ mac: '525400999901', name: 'new', tags: ['x'] }] }],
  ['DELETE /hosts/:name', 200, '/hosts/new'],
  ['DELETE /hosts/:name', 404, '/hosts/new'],
  ['DELETE /hosts/:name', 409, '/hosts/node1'],
  ['GET /hosts/:name', 200, '/hosts/node1'],
  ['GET /hosts/:name', 200, '/hosts/rack-a'],
  ['GET /hosts/:name', 404, '/hosts/nobody'],
  ['GET /hosts/:name/preview', 200, '/hosts/node1/preview'],
  ['GET /hosts/:name/preview', 200, '/hosts/node2/preview'],
  ['GET /hosts/:name/preview', 200, '/hosts/rack-a/preview'],
  ['GET /hosts/:name/preview', 200, '/hosts/printer/preview'],
  ['GET /hosts/:name/preview', 404, '/hosts/nobody/preview'],
  ['GET /hosts/:name/doctor', 200, '/hosts/node1/doctor'],
  ['GET /hosts/:name/doctor', 404, '/hosts/nobody/doctor'],
  ['GET /hosts/:name/packets.pcap', 200, '/hosts/node1/packets.pcap'],
  ['GET /hosts/:name/packets.pcap', 404, '/hosts/nobody/packets.pcap'],
  ['GET /strangers/:mac/packets.pcap', 200, '/strangers/525400999999/packets.pcap'],
  ['GET /strangers/:mac/packets.pcap', 400, '/strangers/nobody/packets.pcap'],
  ['GET /names', 200],
  ['GET /hosts/:name', 200, '/hosts/52-54-00-12-34-56'],
  ['GET /hosts/:name/doctor', 200, '/hosts/525400999999/doctor'],
  ['GET /images', 200],
  ['GET /catalogue', 200],
  ['POST /pulls', 400, '/pulls', { version: '1' }],
  ['POST /pulls', 409, '/pulls', { name: 'nothing' }],
  ['POST /images/news', 200],
  ['DELETE /pulls/:name', 404, '/pulls/nothing'],
  ['POST /discs', 400, '/discs', { name: 'x', file: 'x.img', bytes: 1 }],
  ['POST /discs', 409, '/discs', { name: 'x', file: 'x.iso', bytes: 2 ** 50 }],
  ['POST /discs', 200, '/discs', { name: 'x', file: 'x.iso', bytes: 100 }],
  ['PUT /discs/:name', 415, '/discs/x', {}],
  ['GET /images', 200],
  ['DELETE /discs/:name', 404, '/discs/nothing'],
  ['POST /reload', 200, '/reload', {}],
  ['GET /daemons', 200],
  ['GET /drain', 200],
  ['POST /drain', 200, '/drain', {}],
  ['POST /drain', 400, '/drain', { on: false }],
  ['POST /drain', 200, '/drain', { end: true }],
  ['POST /cancels', 200, '/cancels', { hosts: ['*'], dryRun: true }],
  ['GET /profiles', 200],
  ['POST /installs', 200, '/installs', { hosts: ['*'], dryRun: true }],
  ['POST /installs', 200, '/installs', { hosts: ['node2'] }],
  ['POST /installs', 200, '/installs', { hosts: ['node2'], by: 'kexec', dryRun: true }],
  ['POST /installs', 400, '/installs', { hosts: ['nobody'] }],
  ['POST /installs', 400, '/installs', { hosts: ['node2'], profile: 'debian', erase: {} }],
  ['POST /installs', 200, '/installs', { hosts: ['node2'], erase: { disks: 'all' }, dryRun: true }],
  ['GET /erasures', 200],
  ['GET /erasures', 400, '/erasures?limit=0'],
  ['GET /erasures/:install/record', 200, '/erasures/old/record'],
  ['GET /erasures/:install/record', 404, '/erasures/none/record'],
  ['GET /erasures/:install/signature', 200, '/erasures/old/signature'],
  ['GET /erasures/key', 200],
  ['POST /cancels', 200, '/cancels', { hosts: ['node*'] }],
  ['GET /power', 200, '/power?host=*'],
  ['GET /power', 400, '/power?host=nobody'],
  ['POST /power', 200, '/power', { hosts: ['node*'], verb: 'cycle' }],
  ['POST /power', 400, '/power', { hosts: ['node*'], verb: 'status' }],
  ['GET /bmc/certificates', 200, '/bmc/certificates?host=*'],
  ['GET /bmc/certificates', 400, '/bmc/certificates?host=nobody'],
  ['POST /bmc/trust', 400, '/bmc/trust', { host: 'node1', fingerprint: 'AB' }],
  ['POST /bmc/trust', 404, '/bmc/trust', { host: 'nobody', fingerprint }],
  ['POST /bmc/trust', 409, '/bmc/trust', { host: 'node1', fingerprint }],
  ['GET /hosts/:name/console', 200, '/hosts/node1/console'],
  ['GET /hosts/:name/console', 404, '/hosts/nobody/console'],
  ['POST /hosts/:name/console', 409, '/hosts/node1/console', { text: 'x' }],
  ['POST /hosts/:name/console', 400, '/hosts/node1/console', { text: '' }],
  ['GET /events', 200],
  ['GET /events', 400, '/events?after=x'],
  ['GET /leases', 200],
  ['GET /strangers', 200],
  ['GET /callbacks', 200],
  ['POST /callbacks/:id/retry', 200, '/callbacks/1/retry', {}],
  ['POST /callbacks/:id/retry', 404, '/callbacks/99/retry', {}],
  ['GET /admin-log', 200],
]
/** Something of everything that can be told. */
async function populate({ memory, install, ask, strangerRing, doors }: Http) {
  const lease = { network: 'lan', mac, start, end: start + 1000, state: 'active' } as const
  memory.leases.save({ ...lease, address: 0x7f000014 as never, hostname: 'node1' })
  const six = { network: 'lan', duid: '0003', iaid: 1, start, end: start + 1000 } as const
  memory.leases6.save({ ...six, address: '2001:db8::5' as never, state: 'active' })
  const client = { mac, stage: 'firmware', arch: 'bios', capable: false } as const
  strangerRing.see('52:54:00:99:99:99' as never, { client, text: 'DHCP', at: start })
  memory.hosts.saveFacts('node1', { disk: 'sda', nested: [1, { a: null }] })
  const id = install()
  await ask('/boot/525400123456/boot.ipxe')
  const report = { host: 'node1', install: id, attempt: 1, callback: 'hook', body: '{}' } as const
  const target = { kind: 'broken', reason: 'for the test' } as const
  memory.deliveries.add({ ...report, key: 'k', event: 'ready', role: 'report', target }, start)
  memory.deliveries.end(1, 'undelivered', {
    code: 'request-failed',
    error: 'nobody answers',
  })
  const machine = { vendor: null, model: null, serial: 'S', uuid: null }
  const disk = { disk: '/dev/vda', serial: null, model: null, size: 9, erased: true, why: null }
  memory.erasures.add({
    ...{ install: 'old', host: 'node1', startedAt: start, endedAt: start, machine },
    disks: [{ ...disk, methods: ['overwrite'], checked: 'whole', readBack: 9 }],
  })
  const url = '/assets/linux'
  sawFileSent(doors, {
    ...{ address: '127.0.0.20', url, path: url, from: 0 },
    ...{ bytes: 1, more: 1, ms: 1, size: 2, complete: false },
  })
}

t.test('every route answers as the document says', async t => {
  const http = await startHttp(t)
  const { app, admin } = http
  const document = await documentOf(app)
  await populate(http)
  const tried = new Set<string>()

  for (const [route, status, url, body] of rows) {
    const [method = '', path = ''] = route.split(' ')
    const reply = await admin(method as 'GET', url ?? path, body)
    t.equal(reply.statusCode, status, `${route} ${url ?? ''}`)
    const answers = operation(route)?.responses ?? {}
    const { content = {} } = answers[status] ?? answers[`${Math.floor(status / 100)}XX`] ?? {}
    const type = String(reply.headers['content-type']).split(';')[0] ?? ''
    const schema = content[type]?.schema
    if (!schema) {
      t.fail(`the document knows no ${status} of ${type} for ${route}`)
      continue
    }
    const said = type.endsWith('json') ? reply.json() : reply.body
    const [first] = Compile(schema).Errors(said)
    t.equal(first, undefined, `${route} ${status} is what the document says`)
    tried.add(`${method} /api/v1${path}`)
  }
  t.strictSame([...tried].sort(), routesOf(app), 'every route was tried')

  function operation(route: string): Operation | undefined {
    const [method = '', path = ''] = route.split(' ')
    return document.paths[`/api/v1${path.replace(/:(\w+)/g, '{$1}')}`]?.[method.toLowerCase()]
  }
})

t.test('every route is guarded: by address, and but for the login by token', async t => {
  const { app } = await startHttp(t)
  const open = ['POST /api/v1/session', 'DELETE /api/v1/session']
  for (const route of routesOf(app)) {
    const [method = '', path = ''] = route.split(' ')
    const url = path.replace(/:\w+/g, 'x')
    const send = (remoteAddress: string) =>
      app.inject({ method: method as 'GET', url, remoteAddress, payload: {} })
    const outside = await send('10.77.0.20')
    t.equal(outside.statusCode, 403, route)
    t.match(outside.json().detail, /is not in admin\.allow/)
    if (!open.includes(route)) t.equal((await send('127.0.0.1')).statusCode, 401, route)
  }
})

t.test('the page of the document is made of itself alone', async t => {
  const { app } = await startHttp(t)
  const reply = await app.inject({ url: '/api/docs', ...at })
  t.equal(reply.statusCode, 200)
  t.match(reply.headers['content-type'], 'text/html')
  t.match(reply.headers['content-security-policy'], /^default-src 'none'; style-src 'sha256-/)
  for (const route of routesOf(app)) {
    const shown = route.replace(/:(\w+)/g, '{$1}')
    t.ok(reply.body.includes(`<code>${shown}</code>`), route)
  }
  t.notMatch(reply.body, /<script|<link|<img|https?:/)
  t.equal((await app.inject({ url: '/api/docs', remoteAddress: '10.0.0.1' })).statusCode, 403)
})
