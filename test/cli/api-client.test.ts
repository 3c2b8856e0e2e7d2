import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import t from 'tap'
import { run } from '../../src/cli/hosts.ts'
import { fakeIo, problem, startApi, token } from './fake.ts'

const hosts = { 'GET /api/v1/hosts': () => ({ hosts: [] }) }

t.test('sends the token, and asks where the environment says', async t => {
  const api = await startApi(t, hosts)
  const { io, err } = fakeIo(t, api.url)
  t.equal(await run([], io), 0)
  t.equal(err(), 'no hosts\n')
  t.match(api.seen[0]?.headers, { authorization: `Bearer ${token}`, accept: 'application/json' })
})

t.test('options win over the environment', async t => {
  const api = await startApi(t, hosts)
  const env = { BOOTWRIGHT_TOKEN_FILE: '/nonexistent' }
  const { io, dir } = fakeIo(t, 'http://127.0.0.1:1', { env })
  const file = path.join(dir, 'token')
  t.equal(await run(['--server', `${api.url}/`, '--token-file', file], io), 0)
})

t.test('the token of the home folder, and a server below a path', async t => {
  const api = await startApi(t, { 'GET /sub/api/v1/hosts': () => ({ hosts: [] }) })
  const { io, dir } = fakeIo(t, `${api.url}/sub/`, { env: { BOOTWRIGHT_TOKEN_FILE: '' } })
  mkdirSync(path.join(dir, '.config/bootwright'), { recursive: true })
  writeFileSync(path.join(dir, '.config/bootwright/token'), token)
  t.equal(await run([], { ...io, env: { ...io.env, HOME: dir } }), 0)
})

t.test('a token that is refused', async t => {
  const api = await startApi(t, hosts)
  const { io, dir, out, err } = fakeIo(t, api.url)
  const file = path.join(dir, 'other')
  writeFileSync(file, 'wrong')
  t.equal(await run(['--token-file', file], io), 3)
  t.equal(out(), '')
  t.equal(
    err(),
    `bootwright hosts: the daemon at ${api.url} refused the token of ${file}; copy "admin-token" ` +
      `from the daemon's dataDir, such as: sudo install -D -m 600 -o $USER /var/lib/bootwright/admin-token ${file}\n`,
  )
})

t.test('the token that the daemon itself keeps is not to be copied', async t => {
  const api = await startApi(t, hosts)
  const { io, err } = fakeIo(t, api.url)
  t.equal(await run(['--token-file', '/var/lib/bootwright/admin-token'], io), 3)
  t.match(err(), /; the daemon makes it when it starts first; its user and root may read it\n$/)
})

t.test('no token, or a file that holds none', async t => {
  const api = await startApi(t, hosts)
  const { io, dir, err } = fakeIo(t, api.url)
  const missing = path.join(dir, 'missing')
  t.equal(await run(['--token-file', missing], io), 3)
  t.match(err(), `the token file ${missing} cannot be read (ENOENT); copy "admin-token" from`)
  const broken = path.join(dir, 'broken')
  writeFileSync(broken, 'two\nlines\n')
  t.equal(await run(['--token-file', broken], io), 3)
  t.match(err(), `the token file ${broken} holds no token`)
  t.equal(api.seen.length, 0, 'nothing was sent')
})

t.test('nothing listens', async t => {
  const gone = await startApi(t, hosts)
  await new Promise(resolve => gone.server.close(resolve))
  const { io, err } = fakeIo(t, gone.url)
  t.equal(await run([], io), 3)
  t.equal(
    err(),
    `bootwright hosts: no daemon answers at ${gone.url} (ECONNREFUSED); start one with ` +
      '"bootwright serve", or say where it is with --server URL\n',
  )
})

t.test('something else listens', async t => {
  for (const status of [200, 302, 404, 502]) {
    const server = createServer((_, response) => {
      response.writeHead(status, { 'Content-Type': 'text/html', Location: '/x' }).end('<html>')
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    t.teardown(() => {
      server.closeAllConnections()
      server.close()
    })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const { io, err } = fakeIo(t, url)
    t.equal(await run([], io), 3)
    t.match(err(), `what answers at ${url} is no Bootwright daemon (HTTP ${status} without JSON)`)
  }
})

const problems = [
  [400, 'There is no profile "x".', 1],
  [404, 'There is no host "x".', 1],
  [403, 'The address 10.0.0.9 is not in admin.allow.', 3],
  [503, 'The daemon is still starting.', 3],
] as const

for (const [status, detail, code] of problems) {
  t.test(`the sentence of a ${status}`, async t => {
    const api = await startApi(t, {
      'GET /api/v1/hosts': (_, response) => problem(response, status, detail),
    })
    const { io, err } = fakeIo(t, api.url)
    t.equal(await run([], io), code)
    t.equal(err(), `bootwright hosts: ${detail}\n`)
  })
}

t.test('an answer that breaks off', async t => {
  const api = await startApi(t, {
    'GET /api/v1/hosts': (_, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 1000 })
      response.write('{"hosts":[', () => response.destroy())
    },
  })
  const { io, err } = fakeIo(t, api.url)
  t.equal(await run([], io), 3)
  t.match(err(), `the daemon at ${api.url} broke off its answer`)
})

t.test('a server that is no URL', async t => {
  for (const url of ['localhost:8080', '10.0.0.1:8080', 'ftp://x', 'x']) {
    const { io, err } = fakeIo(t, '')
    t.equal(await run(['--server', url], io), 2)
    t.match(
      err(),
      `"${url}" is no server URL such as http://10.77.0.1:8080\nusage: bootwright hosts `,
    )
  }
})
