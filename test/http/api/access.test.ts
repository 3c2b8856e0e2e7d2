import t from 'tap'
import { plainAddress } from '../../../src/http/api/access.ts'
import { callerOf } from '../../../src/http/machine/boot-routes.ts'
import { formatIpAddress } from '../../../src/wire/ip-address.ts'
import { startHttp, token } from '../daemon.ts'

t.test('an IPv4 address on an IPv6 socket is itself', async t => {
  t.equal(plainAddress('::ffff:10.77.0.20'), '10.77.0.20')
  t.equal(plainAddress('::FFFF:10.77.0.20'), '10.77.0.20')
  t.equal(plainAddress('10.77.0.20'), '10.77.0.20')
  t.equal(plainAddress('2001:db8::1'), '2001:db8::1')
  t.equal(plainAddress('::ffff:nonsense'), '::ffff:nonsense')
  t.equal(plainAddress(''), '')
})

t.test('a caller of either family; without an address it owns nothing', async t => {
  const caller = (remoteAddress: string | undefined) =>
    formatIpAddress(callerOf({ remoteAddress }).address)
  t.equal(caller('::ffff:10.77.0.20'), '10.77.0.20')
  t.equal(caller('2001:db8::1'), '2001:db8::1')
  t.equal(caller('fe80::1%br0'), 'fe80::1')
  t.equal(caller(undefined), '0.0.0.0')
})

t.test('admin.allow of the config: blocks and single addresses of both kinds', async t => {
  const { app } = await startHttp(t, 'admin: { allow: [10.0.0.0/8, 192.0.2.7, "2001:db8::/32"] }\n')
  const status = async (remoteAddress: string) =>
    (
      await app.inject({
        ...{ url: '/api/v1/hosts', remoteAddress },
        headers: { authorization: `Bearer ${token}` },
      })
    ).statusCode
  for (const address of ['10.1.2.3', '192.0.2.7', '2001:db8::9', '::ffff:10.1.2.3'])
    t.equal(await status(address), 200, address)
  for (const address of ['11.0.0.1', '192.0.2.8', '2001:db9::1', '127.0.0.1', '::1'])
    t.equal(await status(address), 403, address)
})

t.test('the token may be spelled as HTTP allows', async t => {
  const { app } = await startHttp(t)
  for (const authorization of [`Bearer ${token}`, `bearer ${token}`, `BEARER  ${token} `]) {
    const { statusCode } = await app.inject({
      ...{ url: '/api/v1/hosts', remoteAddress: '127.0.0.1', headers: { authorization } },
    })
    t.equal(statusCode, 200, authorization)
  }
})

t.test('a name that is not ours is 421 at every door of the admin (DNS rebinding)', async t => {
  const { app } = await startHttp(t, 'admin: { hosts: [netboot.example] }\n')
  const get = (url: string, host: string) =>
    app.inject({ url, remoteAddress: '127.0.0.1', headers: { host } })
  for (const url of [
    '/',
    '/page/main.js',
    '/metrics',
    '/api/docs',
    '/api/openapi.json',
    '/api/v1/hosts',
  ]) {
    t.equal((await get(url, 'evil.example')).statusCode, 421, url)
    for (const host of ['127.0.0.1:8080', '[::1]:8080', 'localhost', 'Netboot.example.:8080']) {
      t.not((await get(url, host)).statusCode, 421, `${url} of ${host}`)
    }
  }
  t.equal(
    (await get('/boot.ipxe', 'evil.example')).statusCode,
    200,
    'machines may call us anything',
  )
})

t.test('what the API says is kept by nobody and is what it says it is', async t => {
  const { admin } = await startHttp(t)
  const { headers } = await admin('GET', '/hosts')
  t.match(headers, { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
})

t.test(
  'a browser that is not let in gets a page with the line to add, a program a problem',
  async t => {
    const { app } = await startHttp(t, 'admin: { hosts: [netboot.example] }\n')
    const get = (url: string, remoteAddress: string, host = '10.0.0.1', accept = 'text/html,*/*') =>
      app.inject({ url, remoteAddress, headers: { host, accept } })
    for (const url of ['/', '/page/main.ts', '/metrics', '/api/docs', '/api/v1/hosts']) {
      const outside = await get(url, '::ffff:10.1.2.3')
      t.equal(outside.statusCode, 403, url)
      t.match(outside.headers, {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': /default-src 'none'/,
        'cache-control': 'no-store',
      })
      t.match(outside.body, '  allow: [127.0.0.0/8, &quot;::1/128&quot;, 10.1.2.3] #')
      t.match(outside.body, /ssh -L \d+:127\.0\.0\.1:\d+ /)
      const named = await get(url, '127.0.0.1', 'ev"il<.example:8080')
      t.equal(named.statusCode, 421, url)
      t.match(named.body, 'hosts: [&quot;ev\\&quot;il&lt;.example&quot;] #')
      const program = await get(url, '10.1.2.3', '10.0.0.1', '*/*')
      t.match(program.headers, { 'content-type': /^application\/problem\+json/ })
    }
    t.match(
      (await get('/', 'fe80::1%eth0')).body,
      'allow: [127.0.0.0/8, &quot;::1/128&quot;, &quot;fe80::1&quot;]',
    )
  },
)

t.test('a tunnel is told only where it leads in', async t => {
  const page = async (more: string) => {
    const { app } = await startHttp(t, more)
    const answer = await app.inject({
      ...{ url: '/', remoteAddress: '10.1.2.3', headers: { accept: 'text/html' } },
    })
    return answer.body
  }
  t.match(await page(''), 'ssh -L')
  t.notMatch(await page('admin: { allow: [192.0.2.1] }\n'), 'ssh -L', 'not allowed')
  t.notMatch(await page('http: { address: [10.9.9.9] }\n'), 'ssh -L', 'nobody listens on 127.0.0.1')
})
