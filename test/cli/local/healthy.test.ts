import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { httpSettingsOf, run, serverOf } from '../../../src/cli/local/healthy.ts'
import { fakeIo } from '../fake.ts'

t.test('where the config has its daemon', async t => {
  const rows: readonly (readonly [config: unknown, url: string])[] = [
    [{}, 'http://127.0.0.1:8080'],
    [null, 'http://127.0.0.1:8080'],
    [{ http: { port: 8181, tls: { port: 8443 } } }, 'http://127.0.0.1:8181'],
    [{ http: { address: '0.0.0.0' } }, 'http://127.0.0.1:8080'],
    [{ http: { address: ['10.0.0.1', '127.0.0.2'] } }, 'http://10.0.0.1:8080'],
    [{ http: { address: '::' } }, 'http://[::1]:8080'],
    [{ http: { address: ['fd00::1'], port: 80 } }, 'http://[fd00::1]:80'],
  ]
  for (const [config, url] of rows) t.equal(serverOf(config), url, JSON.stringify(config))
})

t.test('what it says of HTTP, in any style of YAML', async t => {
  const http = { port: 8181, address: '10.0.0.1' }
  const rows: readonly (readonly [text: string, http: unknown])[] = [
    ['networks: { lan: {} }\n', undefined],
    ['networks: { lan: {} }\nhttp: { port: 8181, address: 10.0.0.1 }\nhosts: {}\n', http],
    ['http:\n  # where\n  port: 8181\n\n  address: 10.0.0.1\nnetworks:\n  lan: {}\n', http],
    ['# of ours\n{ networks: { lan: {} }, http: { port: 8181, address: 10.0.0.1 } }\n', http],
    [
      'networks: { lan: {} }\nadmin: { allow: [&here 10.0.0.1] }\nhttp: { port: 8181, address: *here }\n',
      http,
    ],
  ]
  for (const [text, wanted] of rows) {
    const { http: found } = (httpSettingsOf(text) ?? {}) as { http?: unknown }
    t.same(found, wanted, text)
  }
})

t.test('it lives, it is not ready, it is gone', async t => {
  const answers = { '/healthz': 200, '/readyz': 200 } as Record<string, number>
  const server = createServer((request, response) => {
    const status = answers[request.url ?? ''] ?? 404
    response.writeHead(status).end(status === 200 ? 'ready\n' : 'a network waits\n')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const ask = async (...argv: string[]) => {
    const { io, dir, out, err } = fakeIo(t, 'http://127.0.0.1:1')
    const text = `networks: { lan: {} }\nhttp: { port: ${port} }\n`
    writeFileSync(join(dir, 'config.yaml'), text)
    return {
      code: await run(
        argv.map(word => word.replace('DIR', dir)),
        io,
      ),
      out: out(),
      err: err(),
    }
  }
  const config = ['--config', 'DIR/config.yaml']
  t.strictSame(await ask(...config), { code: 0, out: 'ready\n', err: '' })
  answers['/readyz'] = 503
  const waits = await ask(...config)
  t.strictSame(waits, { code: 0, out: 'a network waits\n', err: '' }, 'no reason to end it')
  answers['/healthz'] = 500
  t.match(await ask(...config), { code: 1, err: /healthz answers 500\n$/ })
  await new Promise(resolve => server.close(resolve))
  t.match(await ask(...config), {
    code: 1,
    err: /^bootwright healthy: fetch failed: /,
  })
  t.match(await ask('--config', 'DIR/none.yaml'), { code: 1, err: /ENOENT/ })
  t.match(await ask(), { code: 2, err: /--config FILE is missing/ })
})
