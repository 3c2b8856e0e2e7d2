import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import fastify from 'fastify'
import t from 'tap'
import { TitleCaseResponse, titleCase } from '../../src/http/title-case.ts'
import { ask } from './raw-http.ts'

t.test('spells names as old boot loaders expect them', async t => {
  const rows = [
    ['content-length', 'Content-Length'],
    ['CONTENT-TYPE', 'Content-Type'],
    ['etag', 'ETag'],
    ['x-a-1b', 'X-A-1b'],
    ['Date', 'Date'],
  ] as const
  for (const [name, spelled] of rows) t.equal(titleCase(name), spelled)
})

const request = ['GET / HTTP/1.1', 'Connection: close'] as const

const listeners: Record<string, RequestListener> = {
  'writeHead with an object': (_, response) => {
    response.writeHead(200, { 'content-length': 2, etag: '"a"', 'last-modified': 'x' }).end('OK')
  },
  'writeHead with a message and an object': (_, response) => {
    const head = { 'content-length': 2, etag: '"a"', 'last-modified': 'x' }
    response.writeHead(200, 'OK', head).end('OK')
  },
  'writeHead with a flat list': (_, response) => {
    response.writeHead(200, ['content-length', '2', 'etag', '"a"', 'last-modified', 'x']).end('OK')
  },
  'writeHead with a list of pairs': (_, response) => {
    const pairs = [
      ['content-length', '2'],
      ['etag', '"a"'],
      ['last-modified', 'x'],
    ]
    response.writeHead(200, pairs).end('OK')
  },
  'setHeader, appendHeader and setHeaders': (_, response) => {
    response.setHeader('content-length', 2)
    response.appendHeader('etag', '"a"')
    response.setHeaders(new Headers({ 'last-modified': 'x' }))
    response.end('OK')
  },
  'setHeader and then writeHead': (_, response) => {
    response.setHeader('content-length', 2)
    response.writeHead(200, { etag: '"a"', 'last-modified': 'x' }).end('OK')
  },
}

for (const [name, listener] of Object.entries(listeners)) {
  t.test(name, async t => {
    const server = createServer({ ServerResponse: TitleCaseResponse }, listener)
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    t.teardown(() => server.close())
    const reply = await ask((server.address() as AddressInfo).port, ...request)
    t.match(reply, /^HTTP\/1\.1 200 OK\r\n/)
    t.match(reply, '\r\nContent-Length: 2\r\n')
    t.match(reply, '\r\nETag: "a"\r\n')
    t.match(reply, '\r\nLast-Modified: x\r\n')
    t.notMatch(reply, /\r\n[a-z]/, 'no name begins in lower case')
  })
}

t.test('what fastify writes in lower case', async t => {
  const app = fastify({
    serverFactory: handler => createServer({ ServerResponse: TitleCaseResponse }, handler),
  })
  app.get('/', async (_, reply) => reply.header('etag', '"a"').send({ ok: true }))
  await app.listen({ port: 0, host: '127.0.0.1' })
  t.teardown(() => app.close())
  const reply = await ask((app.server.address() as AddressInfo).port, ...request)
  t.match(reply, '\r\nContent-Type: application/json; charset=utf-8\r\n')
  t.match(reply, '\r\nContent-Length: 11\r\n')
  t.match(reply, '\r\nETag: "a"\r\n')
  t.notMatch(reply, /\r\n[a-z]/)
})
