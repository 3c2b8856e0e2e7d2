import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { InjectOptions } from 'fastify'
import t from 'tap'
import { httpDeps } from '../../src/daemon/http-deps.ts'
import { buildApp } from '../../src/http/app.ts'
import { mac, readToken, start, startHttp, token } from './daemon.ts'

type Http = Awaited<ReturnType<typeof startHttp>>

const origin = { origin: 'http://localhost:80', host: 'localhost:80' }

function send({ app }: Http, method: string, path: string, more: InjectOptions = {}) {
  const url = `/api/v1${path}`
  return app.inject({ remoteAddress: '127.0.0.1', ...more, method: method as 'GET', url })
}

function login(http: Http, given: string, headers: object = origin) {
  return send(http, 'POST', '/session', { payload: { token: given }, headers: { ...headers } })
}

/** Logs in as a browser does; the headers of its requests from then on. */
async function browser(http: Http, given = token) {
  const reply = await login(http, given)
  const [cookie] = reply.cookies
  const { csrf } = reply.json<{ csrf: string }>()
  return { ...origin, cookie: `${cookie?.name}=${cookie?.value}`, 'x-csrf-token': csrf }
}

t.test('a login gives a cookie that scripts cannot read and other sites cannot send', async t => {
  const http = await startHttp(t)
  const reply = await login(http, ` ${token}\n`)
  t.equal(reply.statusCode, 200)
  t.match(reply.json(), { name: 'admin', scope: 'admin', by: 'cookie', csrf: /^[\w-]{32}$/ })
  t.match(reply.headers['set-cookie'], /^bootwright=[\w-]{32}; Path=\/; HttpOnly; SameSite=Strict$/)

  const headers = await browser(http)
  const whoami = await send(http, 'GET', '/session', { headers })
  t.match(whoami.json(), { name: 'admin', by: 'cookie', csrf: headers['x-csrf-token'] })
  const bearer = await http.admin('GET', '/session')
  t.strictSame(bearer.json(), {
    ...{ name: 'admin', scope: 'admin', by: 'bearer', csrf: null, endsAt: null },
  })
})

t.test('a wrong token is 401, and is in the log of admin actions', async t => {
  const http = await startHttp(t)
  for (const wrong of ['wrong', `${token}x`, token.slice(1), 'x'.repeat(1000)]) {
    const reply = await login(http, wrong)
    t.equal(reply.statusCode, 401, wrong.slice(0, 30))
    t.equal(reply.headers['set-cookie'], undefined)
    t.equal(reply.json().detail, 'this is no token of this daemon')
  }
  const { entries } = (await http.admin('GET', '/admin-log')).json()
  t.match(entries[0], { who: '-', action: 'refused', address: '127.0.0.1' })
})

t.test('whoever guesses has to wait, and nobody else', async t => {
  const http = await startHttp(t)
  for (let n = 0; n < 10; n++) t.equal((await login(http, 'wrong')).statusCode, 401)
  const reply = await login(http, token)
  t.equal(reply.statusCode, 429, 'also with the right one')
  t.equal(reply.headers['retry-after'], '6')
  t.match(reply.json().detail, 'too many wrong tokens from 127.0.0.1; try again in 6 s')
  const other = { payload: { token }, remoteAddress: '127.0.0.2' }
  t.equal((await send(http, 'POST', '/session', other)).statusCode, 200)
  t.equal((await http.admin('GET', '/hosts')).statusCode, 200, 'the command line goes on')
  http.clock.now += 6000
  t.equal((await login(http, 'wrong')).statusCode, 401, 'one more try')
  t.equal((await login(http, token)).statusCode, 429)
  http.clock.now += 60_000
  t.equal((await login(http, token)).statusCode, 200)
})

t.test('who guesses bearer tokens has to wait, and the right one enters all the same', async t => {
  const http = await startHttp(t)
  const get = (bearer: string, remoteAddress = '127.0.0.1') =>
    send(http, 'GET', '/hosts', { headers: { authorization: `Bearer ${bearer}` }, remoteAddress })
  const codes: number[] = []
  for (let n = 0; n < 3000; n++) {
    codes.push((await get(`wrong${n}`)).statusCode)
    if (n % 500 === 0) t.equal((await get(token)).statusCode, 200, 'in between')
  }
  t.strictSame(codes.filter(code => code === 401).length, 10)
  t.strictSame(codes.filter(code => code === 429).length, 2990)
  const reply = await get('wrong')
  t.match(reply.json().detail, 'too many wrong tokens from 127.0.0.1; try again in 6 s')
  t.equal((await get(token)).statusCode, 200)
  t.equal((await get('wrong', '127.0.0.2')).statusCode, 401, 'another address has its own count')
  const { entries } = (await http.admin('GET', '/admin-log')).json()
  const told = entries.filter(({ action }: { action: string }) => action === 'refused')
  t.equal(told.length, 11, 'what is only counted fills no log')
})

t.test('by cookie a change needs the page itself, and what only the page knows', async t => {
  const http = await startHttp(t)
  const headers: Record<string, string> = await browser(http)
  const { 'x-csrf-token': csrf = '', cookie = '' } = headers
  const rows: readonly (readonly [string, Record<string, string>, number])[] = [
    ['the page', headers, 200],
    [
      'the page, over HTTPS',
      { ...headers, origin: 'https://x', 'sec-fetch-site': 'same-origin' },
      200,
    ],
    ['no CSRF token', { ...origin, cookie }, 403],
    ['another CSRF token', { ...headers, 'x-csrf-token': `${csrf}x` }, 403],
    ['an empty CSRF token', { ...headers, 'x-csrf-token': '' }, 403],
    ['another site', { ...headers, origin: 'http://evil.example' }, 403],
    ['another port', { ...headers, origin: 'http://localhost:81' }, 403],
    ['another scheme', { ...headers, origin: 'ftp://localhost:80' }, 403],
    ['a sandboxed frame', { ...headers, origin: 'null' }, 403],
    ['no origin at all', { cookie, 'x-csrf-token': csrf, host: 'localhost:80' }, 403],
    ['a site next door', { ...headers, 'sec-fetch-site': 'same-site' }, 403],
    ['another site, as the browser says', { ...headers, 'sec-fetch-site': 'cross-site' }, 403],
    ['a link from nowhere', { ...headers, 'sec-fetch-site': 'none' }, 403],
    ['no cookie', { ...origin, 'x-csrf-token': csrf }, 401],
    [
      'a made-up cookie',
      { ...headers, cookie: 'bootwright=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' },
      401,
    ],
    ['a wrong bearer beside the cookie', { ...headers, authorization: 'Bearer wrong' }, 401],
    ['another scheme beside the cookie', { ...headers, authorization: 'Basic x' }, 401],
  ]
  for (const [who, sent, status] of rows) {
    for (const path of ['/cancels', '/installs']) {
      const more = { headers: sent, payload: { where: ['tag=lab'], dryRun: true } }
      t.equal((await send(http, 'POST', path, more)).statusCode, status, `${path}: ${who}`)
    }
  }
  t.equal(http.state(), 'idle')
  const reads = await send(http, 'GET', '/hosts', { headers: { cookie } })
  t.equal(reads.statusCode, 200, 'reading changes nothing')
})

t.test('a login from another site is refused', async t => {
  const http = await startHttp(t)
  const reply = await login(http, token, { ...origin, origin: 'http://evil.example' })
  t.equal(reply.statusCode, 403)
  t.equal(reply.headers['set-cookie'], undefined)
})

t.test('the scope read looks and changes nothing', async t => {
  const http = await startHttp(t)
  const asBearer = { authorization: `Bearer ${readToken}` }
  const asCookie = await browser(http, readToken)
  for (const headers of [asBearer, asCookie]) {
    for (const path of ['/hosts', '/hosts/node1', '/events', '/leases', '/admin-log', '/status'])
      t.equal((await send(http, 'GET', path, { headers })).statusCode, 200, path)
    for (const path of ['/installs', '/cancels', '/callbacks/1/retry']) {
      const reply = await send(http, 'POST', path, { headers, payload: { hosts: ['node1'] } })
      t.equal(reply.statusCode, 403, path)
      t.equal(reply.json().detail, 'the token wall has the scope read: it changes nothing')
    }
  }
  t.equal(http.state(), 'idle')
})

t.test('a session ends: by logout, by time, and with its token', async t => {
  const http = await startHttp(t)
  const whoami = async (headers: object) =>
    (await send(http, 'GET', '/session', { headers: { ...headers } })).statusCode

  const first = await browser(http)
  const foreign = { ...first, origin: 'http://evil.example' }
  t.equal((await send(http, 'DELETE', '/session', { headers: foreign })).statusCode, 403)
  t.equal(await whoami(first), 200)
  const out = await send(http, 'DELETE', '/session', { headers: first })
  t.equal(out.statusCode, 204)
  t.match(out.headers['set-cookie'], /^bootwright=; .*Expires=Thu, 01 Jan 1970/)
  t.equal(await whoami(first), 401)

  const second = await browser(http)
  http.clock.now += 12 * 3600_000 - 1
  t.equal(await whoami(second), 200)
  http.clock.now += 1
  t.equal(await whoami(second), 401)

  const third = await browser(http, readToken)
  t.equal(await whoami(third), 200)
  http.tokens.pop()
  t.equal(await whoami(third), 401, 'the token was taken away')
})

t.test('a session outlives a restart, and the database alone opens none', async t => {
  const http = await startHttp(t)
  const headers = await browser(http)
  const again = await buildApp(httpDeps(http.wired))
  t.teardown(() => again.close())
  const restarted = { ...http, app: again }
  const reply = await send(restarted, 'GET', '/session', { headers })
  t.match(reply.json(), { name: 'admin', csrf: headers['x-csrf-token'] })
  const change = { headers, payload: { hosts: ['node1'] } }
  t.equal((await send(restarted, 'POST', '/cancels', change)).statusCode, 200)

  const kept = readFileSync(join(http.folder, 'data/bootwright.db'), 'latin1')
  const log = readFileSync(join(http.folder, 'data/bootwright.db-wal'), 'latin1')
  const cookie = headers.cookie.replace('bootwright=', '')
  for (const secret of [cookie, headers['x-csrf-token'], token]) {
    t.notOk(`${kept}${log}`.includes(secret), 'no secret is written down')
  }
  http.tokens.splice(0, 1, { name: 'admin', scope: 'admin', value: 'another-token' })
  const other = await send(restarted, 'GET', '/session', { headers })
  t.equal(other.statusCode, 401, 'the token is another one now')
})

t.test('who only looks may stay logged in', async t => {
  const http = await startHttp(t)
  const stay = (given: string) =>
    send(http, 'POST', '/session', { payload: { token: given, stay: true }, headers: origin })
  const refused = await stay(token)
  t.match(refused.json(), { status: 400, detail: /admin may change things/ })
  t.strictSame(refused.cookies, [])
  const reply = await stay(readToken)
  const [cookie] = reply.cookies
  t.ok((cookie?.expires?.getTime() ?? 0) > start + 399 * 86_400_000, 'the browser keeps it')
  const headers = { ...origin, cookie: `${cookie?.name}=${cookie?.value}` }
  http.clock.now += 399 * 86_400_000
  t.equal((await send(http, 'GET', '/session', { headers })).statusCode, 200)
  http.clock.now += 86_400_000
  t.equal((await send(http, 'GET', '/session', { headers })).statusCode, 401)
})

t.test('who phones home was seen', async t => {
  const http = await startHttp(t)
  http.install()
  await http.ask(`/boot/${mac}/boot.ipxe`)
  const seen = async () => (await http.admin('GET', '/hosts/node1')).json().host
  t.match(await seen(), { lastSeen: null, progressAt: null })
  t.equal((await http.say('?event=progress&percent=40')).statusCode, 204)
  t.match(await seen(), { lastSeen: String, progressAt: String, percent: 40 })
})

t.test('logging in again and again fills nothing', async t => {
  const http = await startHttp(t)
  const first = await browser(http)
  for (let n = 0; n < 1000; n++) http.memory.sessions.add(keptSession(n), start + n)
  t.equal((await send(http, 'GET', '/session', { headers: first })).statusCode, 401)
  t.ok(http.memory.sessions.find('id999'))
})

const keptSession = (n: number) => ({
  ...{ id: `id${n}`, token: 'admin', proof: 'none', endsAt: start + 1e9 },
})

t.test('the log of admin actions: who, where, what, to whom', async t => {
  const http = await startHttp(t)
  const headers = await browser(http)
  const post = (path: string, payload: object) => send(http, 'POST', path, { headers, payload })
  await post('/installs', { hosts: ['node1', 'printer'] })
  await post('/installs', { hosts: ['node2'], dryRun: true })
  await post('/cancels', { hosts: ['node*'] })
  await post('/cancels', { hosts: ['node1'] })
  const reply = await http.admin('GET', '/admin-log')
  t.match(reply.json().entries, [
    { action: 'cancel', text: 'tried in vain to take back the install of node1', hosts: [] },
    { who: 'admin', action: 'cancel', text: 'took back the install of node1', hosts: ['node1'] },
    { who: 'admin', action: 'install', text: 'asked for an install of node1', hosts: ['node1'] },
    { who: 'admin', action: 'login', address: '127.0.0.1', hosts: [] },
  ])
  t.equal(reply.json().entries.length, 4, 'a dry run does nothing')
  const [, , { id }] = reply.json().entries
  const page = (await http.admin('GET', `/admin-log?before=${id}&limit=1`)).json()
  t.match(page.entries, [{ action: 'login' }])
  t.strictSame((await http.admin('GET', '/admin-log?host=node2')).json().entries, [])
  t.match(http.timeline('node1', 'admin'), [
    'install by admin from 127.0.0.1',
    'cancel by admin from 127.0.0.1',
  ])
})
