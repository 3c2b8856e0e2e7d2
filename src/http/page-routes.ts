import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Access, allowedOnly } from './api/access.ts'
import { selectBytes } from './files/conditional.ts'
import { openPage, type PageFiles } from './page-files.ts'
import { sendProblem } from './problem.ts'

/** `GET /`, `GET /page/PATH` and what it shares with the daemon, `GET /base/NAME`: from memory, to the addresses of `admin.allow`. */
export function pageRoutes(app: FastifyInstance, access: () => Access): void {
  const page = openPage(new URL('../page/', import.meta.url))
  const onRequest = allowedOnly(access)
  const method = ['GET', 'HEAD']
  app.route({ method, url: '/', onRequest, handler: send(page, () => 'index.html') })
  app.route<{ Params: { '*': string } }>({
    method,
    url: '/base/*',
    onRequest,
    handler: send(page, request => `../base/${(request.params as { '*': string })['*']}`),
  })
  app.route<{ Params: { '*': string } }>({
    method,
    url: '/page/*',
    onRequest,
    handler: send(page, request => (request.params as { '*': string })['*']),
  })
}

function send(page: () => Promise<PageFiles>, nameOf: (request: FastifyRequest) => string) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { files, policy } = await page()
    const file = files.get(nameOf(request))
    if (!file) return sendProblem(reply, 404, 'the page has no such file')
    const { bytes, type, etag } = file
    const version = { size: bytes.length, etag, lastModified: undefined }
    const { status, headers, from, to } = selectBytes(request.method, request.headers, version)
    return reply
      .code(status)
      .headers({
        ...headers,
        'Content-Type': type,
        'Cache-Control': 'no-cache',
        'Content-Security-Policy': policy,
        'X-Content-Type-Options': 'nosniff',
        'Referrer-Policy': 'no-referrer',
      })
      .send(request.method === 'HEAD' ? undefined : bytes.subarray(from, to))
  }
}
