import t from 'tap'
import { plainAddress } from '../../../src/http/api/access.ts'
import { callerOf } from '../../../src/http/machine/boot-routes.ts'
import { formatIpv4 } from '../../../src/wire/address.ts'
import { startHttp, token } from '../daemon.ts'

t.test('an IPv4 address on an IPv6 socket is itself', async t => {
  t.equal(plainAddress('::ffff:10.77.0.20'), '10.77.0.20')
  t.equal(plainAddress('::FFFF:10.77.0.20'), '10.77.0.20')
  t.equal(plainAddress('10.77.0.20'), '10.77.0.20')
  t.equal(plainAddress('2001:db8::1'), '2001:db8::1')
  t.equal(plainAddress('::ffff:nonsense'), '::ffff:nonsense')
  t.equal(plainAddress(''), '')
})

t.test('a caller without an IPv4 address owns nothing', async t => {
  const caller = (remoteAddress: string | undefined) =>
    formatIpv4(callerOf({ remoteAddress }).address)
  t.equal(caller('::ffff:10.77.0.20'), '10.77.0.20')
  t.equal(caller('2001:db8::1'), '0.0.0.0')
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
