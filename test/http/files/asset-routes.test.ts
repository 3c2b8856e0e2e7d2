import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { assetVersion } from '../../../src/boot/install.ts'
import { makeFolder } from '../../folder.ts'
import { startAssets } from '../asset-server.ts'
import { ask, bodyOf } from '../raw-http.ts'

const run = promisify(execFile)

const place = makeFolder(t, {
  assets: {
    'linux.efi': 'kernel of ten',
    'new.ipxe': '#!ipxe\n',
    images: { 'two words': 'x', empty: '' },
    out: t.fixture('symlink', '../secret'),
    link: t.fixture('symlink', 'linux.efi'),
    '@hidden': { linux: 'not this one' },
  },
  loaders: { 'snponly.efi': 'loader' },
  secret: 'secret',
  srv: { linux: 'of the config', 'the kernel': 'spaced' },
})
const at = (name: string) => path.join(place, name)
const published = new Map([
  ['k1', at('srv/linux')],
  ['k2', at('srv/the kernel')],
  ['gone', at('srv/gone')],
  ['folder', at('srv')],
])
/** As the real one: a file is known by its id and its own name, in the version it had then. */
const publishedFile = (id: string, name: string) => {
  const file = published.get(id)
  if (file === undefined || path.basename(file) !== name) return undefined
  const status = statSync(file, { bigint: true, throwIfNoEntry: false })
  return { path: file, version: status ? assetVersion(status) : 'none' }
}

const { port, sent } = await startAssets(t, {
  assets: { folder: at('assets'), allowedRoots: [] },
  published: publishedFile,
  loaders: () => new Map([['ipxe.efi', at('loaders/snponly.efi')]]),
})
t.beforeEach(() => {
  sent.length = 0
})

t.test('GET, byte for byte', async t => {
  const { size, mtimeNs, ino, mtime } = statSync(at('assets/linux.efi'), { bigint: true })
  const etag = [size, mtimeNs, ino].map(number => number.toString(16)).join('-')
  t.equal(
    (await ask(port, 'GET /assets/linux.efi HTTP/1.0')).replace(/\r\nDate: [^\r]*/, ''),
    [
      'HTTP/1.1 200 OK',
      `ETag: "${etag}"`,
      `Last-Modified: ${mtime.toUTCString()}`,
      'Accept-Ranges: bytes',
      'Content-Length: 13',
      'Content-Type: application/efi',
      'Connection: close',
      '',
      'kernel of ten',
    ].join('\r\n'),
  )
  t.match(sent, [
    {
      address: '127.0.0.1',
      url: '/assets/linux.efi',
      path: at('assets/linux.efi'),
      from: 0,
      size: 13,
      bytes: 13,
      ms: Number,
      complete: true,
    },
  ])
})

t.test('HEAD has the Content-Length of GET, and counts as no download', async t => {
  const reply = await ask(port, 'HEAD /assets/linux.efi HTTP/1.1', 'Connection: close')
  t.match(reply, /^HTTP\/1\.1 200 OK\r\n/)
  t.match(reply, '\r\nContent-Length: 13\r\n')
  t.match(reply, '\r\nContent-Type: application/efi\r\n')
  t.match(reply, /\r\n\r\n$/)
  t.strictSame(sent, [])
})

const served = [
  ['//assets/linux.efi', 'kernel of ten'],
  ['/assets//linux.efi?x=//y', 'kernel of ten'],
  ['http://server//assets/linux.efi', 'kernel of ten'],
  ['/assets/link', 'kernel of ten'],
  ['/assets/images/two%20words', 'x'],
  ['/assets/images/empty', ''],
  ['/assets/@k1/linux', 'of the config'],
  ['/assets/%40k1/linux', 'of the config'],
  ['/assets/@k2/the%20kernel', 'spaced'],
  ['//assets//@k1//linux', 'of the config'],
  ['/loaders/ipxe.efi', 'loader'],
  ['//loaders//ipxe.efi', 'loader'],
] as const

for (const [url, body] of served) {
  t.test(`${url} is served`, async t => {
    const reply = await ask(port, `GET ${url} HTTP/1.0`)
    t.match(reply, /^HTTP\/1\.1 200 OK\r\n/)
    t.match(reply, `\r\nContent-Length: ${body.length}\r\n`)
    t.equal(bodyOf(reply), body)
    t.notMatch(reply, 'Location')
  })
}

const notServed = [
  ['/assets/missing', 'no such file'],
  ['/assets/', 'a folder'],
  ['/assets/images', 'not a regular file'],
  ['/assets/images/', 'a folder'],
  ['/assets/../secret', 'a path that climbs with ".."'],
  ['/assets/%2e%2e/secret', 'a path that climbs with ".."'],
  ['/assets/..%2fsecret', 'a slash or backslash inside a name'],
  ['/assets/..\\secret', 'a slash or backslash inside a name'],
  ['/assets/x%00', 'a NUL inside the path'],
  ['/assets/out', 'a symlink leads out of the folders that may be served'],
  ['/assets/@k1/other', 'no such file'],
  ['/assets/@k1/', 'a folder'],
  ['/assets/@k1', 'no such file'],
  ['/assets/@nobody/linux', 'no such file'],
  ['/assets/@gone/gone', 'no such file'],
  ['/assets/@folder/srv', 'not a regular file'],
  ['/assets/@hidden/linux', 'no such file'],
  ['/assets/@k1/../linux', 'a path that climbs with ".."'],
  ['/loaders/snponly.efi', 'no such loader'],
  ['/loaders/../secret', 'a path that climbs with ".."'],
  ['/loaders/', 'a folder'],
  ['/%61ssets/linux.efi', 'a folder'],
] as const

for (const [url, reason] of notServed) {
  t.test(`${url} is not`, async t => {
    const reply = await ask(port, `GET ${url} HTTP/1.0`)
    t.match(reply, /^HTTP\/1\.1 404 Not Found\r\n/)
    t.match(reply, '\r\nContent-Type: text/plain; charset=utf-8\r\n')
    t.equal(bodyOf(reply), `${JSON.stringify(url)} is not served: ${reason}.\n`)
    t.strictSame(sent, [])
  })
}

t.test('HEAD of a missing file has no body', async t => {
  const reply = await ask(port, 'HEAD /assets/missing HTTP/1.0')
  t.match(reply, /^HTTP\/1\.1 404 Not Found\r\n.*\r\n\r\n$/s)
})

t.test('conditions and ranges', async t => {
  const etag = /ETag: ("[^"]*")/.exec(await ask(port, 'HEAD /assets/linux.efi HTTP/1.0'))?.[1] ?? ''
  const get = (...headers: string[]) => ask(port, 'GET /assets/linux.efi HTTP/1.0', ...headers)

  const resumed = await get('Range: bytes=7-', `If-Match: ${etag}`)
  t.match(resumed, /^HTTP\/1\.1 206 Partial Content\r\n/)
  t.match(resumed, '\r\nContent-Range: bytes 7-12/13\r\n')
  t.equal(bodyOf(resumed), 'of ten')
  t.match(sent, [{ from: 7, bytes: 6, size: 13, complete: true }], 'the file is complete by now')

  t.equal(bodyOf(await get('Range: bytes=0-5')), 'kernel')
  t.match(sent[1], { from: 0, bytes: 6, size: 13, complete: false }, 'a piece of it is not')

  const same = await get(`If-None-Match: ${etag}`)
  t.match(same, /^HTTP\/1\.1 304 Not Modified\r\n.*\r\n\r\n$/s)
  t.match(same, `\r\nETag: ${etag}\r\n`)

  const changed = await get('Range: bytes=7-', 'If-Match: "other"')
  t.match(changed, /^HTTP\/1\.1 412 Precondition Failed\r\n/)
  t.match(changed, '\r\nContent-Length: 52\r\n')
  t.equal(bodyOf(changed), 'The file is another version than the one asked for.\n')

  const outside = await get('Range: bytes=13-')
  t.match(outside, /^HTTP\/1\.1 416 Range Not Satisfiable\r\n/)
  t.match(outside, '\r\nContent-Range: bytes */13\r\n')
  t.equal(sent.length, 2, 'none of these is a download')
})

t.test('one connection serves several requests', async t => {
  const second = 'GET /assets/linux.efi HTTP/1.1\r\nHost: x\r\nConnection: close'
  const reply = await ask(port, 'GET /assets/new.ipxe HTTP/1.1', `\r\n${second}`)
  t.match(reply, '\r\nContent-Type: text/plain\r\n')
  t.match(reply, /#!ipxe\nHTTP\/1\.1 200 OK\r\n.*kernel of ten$/s)
})

const curlMissing = await run('curl', ['--version']).then(
  () => false,
  () => 'curl is not installed',
)

t.test('curl', { skip: curlMissing }, async t => {
  const curl = async (...args: string[]) => (await run('curl', ['-sS', ...args])).stdout
  const url = `http://127.0.0.1:${port}//assets/linux.efi`
  t.equal(await curl(url), 'kernel of ten')
  t.equal(await curl('--http1.0', url), 'kernel of ten')
  t.equal(await curl('-r', '-3', url), 'ten')
  t.equal(await curl('-C', '7', url), 'of ten')
  t.equal(await curl('-w', '%{http_code} %{num_redirects}', '-o', '/dev/null', '-L', url), '200 0')
  t.match(await curl('-I', url), /Content-Length: 13\r\n/)
  t.equal(await curl('-z', at('assets/linux.efi'), '-w', '%{http_code}', url), '304')
})

t.test('iPXE encodes the @ of our URLs: downloads are told by the URL as it was given', async t => {
  await ask(port, 'GET /assets/%40k1/linux HTTP/1.0')
  t.match(sent.at(-1), { url: '/assets/@k1/linux', complete: true })
})
