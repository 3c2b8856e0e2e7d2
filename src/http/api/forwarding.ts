import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Forwarded, ForwardedAnswer } from '../../base/forwarded.ts'
import { forwardedHeaders } from './forwarded-actor.ts'
import { actorOf } from './guard.ts'

export interface ForwardDeps {
  /** Whether another daemon works, and this one only looks. */
  standsBy(): boolean
  /** Has that one answer. */
  forward(asked: Forwarded): Promise<ForwardedAnswer>
}

/** What this daemon does itself: with its own config, and its own folder of assets. */
const ownDeeds = /^\/api\/v1\/(reload|images|pulls|discs)\b/
/** What only the daemon that works knows. */
const itsKnowledge: ReadonlySet<string> = new Set(['/api/v1/strangers', '/api/v1/drain'])

/** Has the daemon that works do what this one, which stands by, cannot. */
export function forwardFrom(app: FastifyInstance, deps: ForwardDeps | undefined): void {
  if (deps) app.addHook('preHandler', forwarding(deps))
}

function forwarding({ standsBy, forward }: ForwardDeps) {
  return async (
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply | undefined> => {
    if (!standsBy() || !isForwarded(request)) return undefined
    const { name, scope, address } = actorOf(request)
    const key = request.headers['idempotency-key']
    const { status, type, body } = await forward({
      ...{ method: request.method, url: request.url },
      headers: typeof key === 'string' ? { 'idempotency-key': key } : {},
      body: request.body === undefined ? undefined : JSON.stringify(request.body),
      actor: { name, scope, address },
    })
    return reply.code(status).type(type).send(body)
  }
}

function isForwarded({ method, routeOptions }: FastifyRequest): boolean {
  const url = routeOptions.url ?? ''
  const looks = method === 'GET' || method === 'HEAD'
  return looks ? itsKnowledge.has(url) : !ownDeeds.test(url)
}

/** Answers what another daemon was asked, as if it had been asked here. */
export async function answerForwarded(
  app: FastifyInstance,
  { method, url, headers, actor, ...content }: Forwarded,
): Promise<ForwardedAnswer> {
  const payload = payloadOf(content)
  const answer = await app.inject({
    method: method as 'GET',
    url,
    remoteAddress: actor.address,
    headers: {
      ...(payload && { 'content-type': 'application/json', 'content-length': payload.length }),
      ...headers,
      ...(actor.scope !== 'none' && forwardedHeaders(actor)),
    },
    ...(payload && { payload: payload.bytes }),
  })
  const type = String(answer.headers['content-type'] ?? 'application/json')
  const { statusCode: status, rawPayload } = answer
  const isText = type !== 'application/octet-stream'
  if (isText) return { status, type, body: answer.body }
  return { status, type, body: rawPayload.toString('base64'), coded: 'base64' }
}

/** A body that was cut is as long as it was: whoever reads it says what is not kept. */
function payloadOf({
  body,
  coded = undefined,
  size = 0,
}: Pick<Forwarded, 'body' | 'coded' | 'size'>):
  | { readonly length: string; readonly bytes: Buffer | Readable }
  | undefined {
  if (body === undefined) return undefined
  const bytes = Buffer.from(body, coded)
  const missing = size - bytes.length
  if (missing <= 0) return { length: String(bytes.length), bytes }
  return { length: String(size), bytes: Readable.from(padded(bytes, missing)) }
}

function* padded(bytes: Buffer, missing: number): Generator<Buffer> {
  yield bytes
  const piece = Buffer.alloc(Math.min(missing, 64 * 1024))
  for (let left = missing; left > 0; left -= piece.length) yield piece.subarray(0, left)
}
