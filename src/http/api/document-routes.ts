import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { documentHtml, type OpenApi } from './document-page.ts'
import { htmlHeaders } from './html.ts'

/** Collects every route that is added to this scope from now on into one OpenAPI document. */
export async function openDocument(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Bootwright',
        version,
        license: { name: 'MIT', identifier: 'MIT' },
        description:
          'The admin API of a Bootwright daemon. Errors are problem details (RFC 9457) whose `detail` is a sentence for people.',
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          cookie: { type: 'apiKey', in: 'cookie', name: 'bootwright' },
        },
      },
      security: [{ bearer: [] }, { cookie: [] }],
    },
  })
}

/** `GET /api/openapi.json`, and `GET /api/docs` for people. */
export function documentRoutes(app: FastifyInstance): void {
  app.get('/openapi.json', { schema: { hide: true } }, async ({ protocol, host }) => ({
    ...app.swagger(),
    // As it was asked for: programs that are made from the document call the same daemon.
    servers: [{ url: host === '' ? '/' : `${protocol}://${host}` }],
  }))
  app.get('/docs', { schema: { hide: true } }, async (_request, reply) =>
    reply.headers(htmlHeaders).send(documentHtml(app.swagger() as unknown as OpenApi)),
  )
}
