import type { FastifyInstance } from 'fastify'
import type { Caller } from '../../boot/deliver.ts'
import { callerOf } from './boot-routes.ts'
import { readSaid, type Said } from './phone-home-body.ts'

export interface AttemptDeps {
  hear(token: string, said: Said, caller: Caller): { status: number; reason?: string }
  file(
    token: string,
    name: string,
    caller: Caller,
  ): { kind: 'file'; text: string; burns?: true } | { kind: 'forbidden' | 'gone'; reason: string }
  login(
    token: string,
    caller: Caller,
  ): { kind: 'file'; bytes: Uint8Array } | { kind: 'forbidden' | 'gone'; reason: string }
  /** An answer file that burns went out to its last byte. */
  burn(token: string, name: string): void
  committed(): Promise<void>
}

const longestBody = 256 * 1024

/** What a machine does with the token of its attempt: fetch its answer files and phone home. */
export function attemptRoutes(app: FastifyInstance, deps: AttemptDeps): void {
  app.get<{ Params: { token: string; name: string } }>(
    '/files/:token/:name',
    async (request, reply) => {
      const { token, name } = request.params
      const answer = deps.file(token, name, callerOf(request.socket))
      await deps.committed()
      reply.type('text/plain; charset=utf-8')
      if (answer.kind === 'file') {
        if (answer.burns) reply.raw.once('finish', () => deps.burn(token, name))
        return reply.send(answer.text)
      }
      return reply.code(answer.kind === 'forbidden' ? 403 : 404).send(`${answer.reason}\n`)
    },
  )

  app.route<{ Params: { token: string } }>({
    method: ['GET', 'HEAD'],
    url: '/logins/:token',
    handler: async (request, reply) => {
      const answer = deps.login(request.params.token, callerOf(request.socket))
      await deps.committed()
      if (answer.kind === 'file') {
        return reply.type('application/octet-stream').send(Buffer.from(answer.bytes))
      }
      reply.type('text/plain; charset=utf-8')
      return reply.code(answer.kind === 'forbidden' ? 403 : 404).send(`${answer.reason}\n`)
    },
  })

  // In a scope of its own: bodies of every type are read here, and none of them may be an error.
  app.register(async scope => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
      done(null, body)
    })
    scope.route<{ Params: { token: string }; Querystring: Record<string, unknown> }>({
      method: ['GET', 'POST', 'PUT'],
      url: '/phone-home/:token',
      bodyLimit: longestBody,
      handler: async (request, reply) => {
        const body = typeof request.body === 'string' ? request.body : ''
        const said = readSaid(request.query, request.headers['content-type'] ?? '', body)
        const caller = callerOf(request.socket)
        reply.type('text/plain; charset=utf-8')
        if (!said) {
          const events = 'ready, progress, done, failed, up or again'
          return reply.code(400).send(`event is missing: one of ${events}\n`)
        }
        const { status, reason } = deps.hear(request.params.token, said, caller)
        await deps.committed()
        return reply
          .code(status)
          .send(status === 204 ? undefined : `${reason ?? 'no such token'}\n`)
      },
    })
  })
}
