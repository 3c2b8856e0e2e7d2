import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Caller } from '../../boot/deliver.ts'
import type { PhoneHomeMessage } from '../../boot/phone-home.ts'
import type { Reason } from '../../boot/reason.ts'
import { sentenceOf } from '../../boot/words/reason.ts'
import { type WorkOrder, workOrderText } from '../../boot/work-order.ts'
import { callerOf } from './boot-routes.ts'
import { factsOf, readSaid } from './phone-home-body.ts'
import { type PostedBody, readBody, readPosted } from './posted-body.ts'

type TokenAnswer<T> =
  | ({ readonly kind: 'file' } & T)
  | { readonly kind: 'forbidden' | 'gone'; readonly why: Reason }

/** An answer file is asked for. */
interface FileRequest {
  readonly token: string
  readonly name: string
  readonly caller: Caller
  /** What the machine told of itself with it. */
  readonly told?: Pick<PhoneHomeMessage, 'facts' | 'left'>
}

export interface AttemptDeps {
  /** Why nobody with this token is listened to now; asked before anything of a body is read. */
  refusal(token: string): { status: number; reason?: string } | undefined
  hear(token: string, said: PhoneHomeMessage, caller: Caller): { status: number; reason?: string }
  file(request: FileRequest): TokenAnswer<{ text: string; burns?: true }>
  /** The same without a trace. */
  fileLooked(request: FileRequest): TokenAnswer<{ text: string }>
  login(token: string, caller: Caller): TokenAnswer<{ bytes: Uint8Array }>
  /** What the agent is to do that waits with this token; undefined for who does not wait. */
  work(
    token: string,
    caller: Caller,
  ): { readonly verb: 'wait' | 'boot'; readonly host?: string } | undefined
  /** What the agent of an install is to do to disks; undefined where its installer is another. */
  order(
    token: string,
    caller: Caller,
  ):
    | WorkOrder
    | { readonly kind: 'none' }
    | { readonly kind: 'forbidden'; readonly why: Reason }
    | undefined
  /** An answer file that burns went out to its last byte. */
  burn(token: string, name: string): void
  committed(): Promise<void>
}

interface TokenRequest {
  Params: { token: string }
  Querystring: Record<string, unknown>
}

const plain = 'text/plain; charset=utf-8'

/** What a machine does with the token of its attempt: fetch its answer files and phone home. */
export function attemptRoutes(app: FastifyInstance, deps: AttemptDeps): void {
  loginRoute(app, deps)
  // In a scope of its own: bodies of every type are read here, and none of them may be an error.
  app.register(async scope => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      '*',
      async (request: FastifyRequest, stream: FastifyRequest['raw']) =>
        readPosted(request.headers['content-type'] ?? '', await readBody(stream)),
    )
    scope.addHook<TokenRequest>('onRequest', async ({ method, params }, reply) => {
      if (method === 'GET' && 'name' in params) return undefined
      const refused = deps.refusal(params.token)
      return refused && answer(reply, refused.status, refused.reason)
    })
    fileRoute(scope, deps)
    phoneHomeRoute(scope, deps)
    agentRoute(scope, deps)
  })
}

/**
 * The agent of a discovered machine asks again and again: `wait` or `boot`, and the host it has become. That of
 * an install asks what it is to do: `write` or `erase` and the order, or `boot`.
 */
function agentRoute(app: FastifyInstance, deps: AttemptDeps): void {
  app.get<TokenRequest>('/agent/:token', async ({ params, socket }, reply) => {
    const caller = callerOf(socket)
    const asked = deps.order(params.token, caller)
    const work = asked ? undefined : deps.work(params.token, caller)
    await deps.committed()
    if (asked?.kind === 'forbidden') return answer(reply, 403, sentenceOf(asked.why))
    if (asked) {
      return reply.type(plain).send(asked.kind === 'none' ? 'boot\n' : workOrderText(asked))
    }
    if (!work) return answer(reply, 404)
    return reply.type(plain).send(`${[work.verb, work.host ?? ''].join(' ').trim()}\n`)
  })
}

/** By POST an installer tells what it knows of the machine (Proxmox's does) and takes the answer as its file. */
function fileRoute(app: FastifyInstance, deps: AttemptDeps): void {
  app.route<{ Params: { token: string; name: string } }>({
    method: ['GET', 'HEAD', 'POST'],
    url: '/files/:token/:name',
    handler: async ({ method, params, body, socket }, reply) => {
      const { token, name } = params
      const request = { token, name, caller: callerOf(socket) }
      const posted = postedOf(body)
      const told = factsOf(posted.fields, posted.left)
      // A HEAD fetches nothing, and so is no sign of life.
      const found = method === 'HEAD' ? deps.fileLooked(request) : deps.file({ ...request, told })
      await deps.committed()
      if (found.kind !== 'file') return refuse(reply, found)
      if ('burns' in found && method !== 'HEAD')
        reply.raw.once('finish', () => deps.burn(token, name))
      return reply.type(plain).send(found.text)
    },
  })
}

function loginRoute(app: FastifyInstance, deps: AttemptDeps): void {
  app.route<{ Params: { token: string } }>({
    method: ['GET', 'HEAD'],
    url: '/logins/:token',
    handler: async (request, reply) => {
      const found = deps.login(request.params.token, callerOf(request.socket))
      await deps.committed()
      if (found.kind !== 'file') return refuse(reply, found)
      return reply.type('application/octet-stream').send(Buffer.from(found.bytes))
    },
  })
}

function phoneHomeRoute(app: FastifyInstance, deps: AttemptDeps): void {
  app.route<TokenRequest>({
    method: ['GET', 'POST', 'PUT'],
    url: '/phone-home/:token',
    handler: async ({ query, params, body, socket }, reply) => {
      const posted = postedOf(body)
      const said = readSaid(query, posted, params.token)
      if (!said && posted.tooLong) {
        return answer(
          reply,
          413,
          'JSON has at most 256 KiB; put event into the query, and more is cut',
        )
      }
      if (!said) {
        const events = 'ready, progress, done, failed, up or again'
        return answer(reply, 400, `event is missing: one of ${events}`)
      }
      const { status, reason } = deps.hear(params.token, said, callerOf(socket))
      await deps.committed()
      return answer(reply, status, reason)
    },
  })
}

function postedOf(body: unknown): PostedBody {
  return (body as PostedBody | undefined) ?? { fields: {} }
}

function answer(reply: FastifyReply, status: number, reason = 'no such token'): FastifyReply {
  return reply
    .code(status)
    .type(plain)
    .send(status === 204 ? undefined : `${reason}\n`)
}

function refuse(
  reply: FastifyReply,
  { kind, why }: { kind: 'forbidden' | 'gone'; why: Reason },
): FastifyReply {
  return answer(reply, kind === 'forbidden' ? 403 : 404, sentenceOf(why))
}
