import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fastify from 'fastify'
import t from 'tap'
import { pageRoutes } from '../../src/http/page-routes.ts'

const app = fastify({ exposeHeadRoutes: false })
pageRoutes(app, () => ({ allow: ['127.0.0.0/8'], tokens: [], hosts: [], loopback: true }))
await app.ready()
t.teardown(() => app.close())

const get = (url: string, headers: Record<string, string> = {}, remoteAddress = '127.0.0.1') =>
  app.inject({ url, headers, remoteAddress })

t.test('the page, and everything that it names', async t => {
  const index = await get('/')
  t.match(index.headers, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
  })
  const named = [...index.body.matchAll(/(?:href|src)="(\/page\/[^"]+)"|"(\/page\/[^"]+\.mjs)"/g)]
  const urls = new Set(named.map(([, link, mapped]) => link ?? mapped ?? ''))
  const folder = join(import.meta.dirname, '../../src/page')
  const modules = globSync('**/*.{ts,css,svg}', { cwd: folder }).map(name => `/page/${name}`)
  t.strictSame(
    modules.filter(url => !urls.has(url)),
    [],
    'every module is named, none twice fetched',
  )
  for (const url of urls) t.equal((await get(url)).statusCode, 200, url)
  const { body, headers } = await get('/page/parts/html.ts')
  const source = readFileSync(join(folder, 'parts/html.ts'), 'utf8')
  t.match(source, ': Html')
  t.notMatch(body, ': Html', 'without the types that no browser reads')
  t.equal(body.split('\n').length, source.split('\n').length, 'every line where it was')
  t.equal(headers['content-type'], 'text/javascript; charset=utf-8')
  t.match((await get('/page/preact.mjs')).body, 'export')
})

t.test('a browser may load and ask nothing else', async t => {
  const { headers, body } = await get('/')
  const policy = String(headers['content-security-policy'])
  const [, map = ''] = /<script type="importmap">(.*?)<\/script>/s.exec(body) ?? []
  const hash = createHash('sha256').update(map).digest('base64')
  t.match(policy, /^default-src 'none'; /)
  t.match(policy, `script-src 'self' 'sha256-${hash}';`)
  t.notMatch(policy, /unsafe|https?:|\*/)
  t.notMatch(body, /https?:\/\//, 'no other host is named')
  t.match(headers, { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
})

t.test('what has not changed is not sent again', async t => {
  const { headers } = await get('/page/main.ts')
  const etag = String(headers.etag)
  const again = await get('/page/main.ts', { 'if-none-match': etag })
  t.match(again, { statusCode: 304, body: '' })
  t.equal((await get('/page/app.ts', { 'if-none-match': etag })).statusCode, 200)
  const head = await app.inject({ method: 'HEAD', url: '/', remoteAddress: '127.0.0.1' })
  t.match(head, { statusCode: 200, body: '' })
  t.equal(head.headers['content-length'], String(Buffer.byteLength((await get('/')).body)))
})

t.test('nothing else, and not to everybody', async t => {
  const names = ['/page/', '/page/nothing.ts', '/page/tsconfig.json', '/page/parts/']
  const ways = [
    '/page/..%2fhttp%2fapp.ts',
    '/page/../http/app.ts',
    '/page/parts/../../http/app.ts',
    '/page/constructor',
    '/page/__proto__',
  ]
  for (const url of [...names, ...ways]) t.equal((await get(url)).statusCode, 404, url)
  for (const url of ['/', '/page/main.ts']) {
    t.match(await get(url, {}, '10.0.0.9'), { statusCode: 403, body: /admin\.allow/ }, url)
  }
})
