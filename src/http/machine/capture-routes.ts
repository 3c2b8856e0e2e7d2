import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Caller } from '../../boot/deliver.ts'
import type { Unpacked } from '../../boot/install.ts'
import type { Reason } from '../../boot/reason.ts'
import { sentenceOf } from '../../boot/words/reason.ts'
import { callerOf } from './boot-routes.ts'

/** `have`: bytes of its disk that are here. */
type ToldAgent =
  | { readonly kind: 'have'; readonly have: number }
  | { readonly kind: 'again' | 'failed' | 'over' | 'forbidden'; readonly why: Reason }
  | { readonly kind: 'stranger' }

export interface CaptureRouteDeps {
  /** Why nobody with this token is listened to now; asked before anything of a body is read. */
  refusal(token: string): { status: number; reason?: string } | undefined
  have(token: string, caller: Caller): ToldAgent
  add(
    token: string,
    caller: Caller,
    piece: { readonly at: number; readonly bytes: number },
    content: Readable,
  ): Promise<ToldAgent>
  land(token: string, caller: Caller, told: Unpacked): Promise<ToldAgent>
  committed(): Promise<void>
}

interface OfToken {
  Params: { token: string }
  Querystring: Readonly<Record<string, unknown>>
}

const [pieces, whole] = ['/captures/:token', '/captures/:token/whole'] as const

/** Where an agent sends its disk. */
export const captureUrls: readonly string[] = [pieces, whole]

/** An agent that may go on is told so by a 409, and asks how much is here; what else is refused has ended. */
const statuses = { again: 409, failed: 422, over: 410, forbidden: 403 } as const

/** The agent of a capture sends its disk: in order, in pieces, and says its sum at last. */
export function captureRoutes(app: FastifyInstance, deps: CaptureRouteDeps): void {
  const answer = async (reply: FastifyReply, told: ToldAgent) => {
    await deps.committed()
    reply.type('text/plain; charset=utf-8')
    if (told.kind === 'have') return reply.send(`have ${told.have}\n`)
    if (told.kind === 'stranger') return reply.code(404).send('no such token\n')
    return reply.code(statuses[told.kind]).send(`${sentenceOf(told.why)}\n`)
  }
  const unclear = (reply: FastifyReply, what: string) => reply.code(400).send(`${what}\n`)

  // In a scope of its own: bodies are read as they come.
  app.register(async scope => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, content, done) => done(null, content))
    scope.addHook<OfToken>('onRequest', async ({ params }, reply) => {
      const refused = deps.refusal(params.token)
      if (!refused) return undefined
      const { status, reason = 'no such token' } = refused
      return reply.code(status).type('text/plain').send(`${reason}\n`)
    })
    scope.get<OfToken>(pieces, async ({ params, socket }, reply) =>
      answer(reply, deps.have(params.token, callerOf(socket))),
    )
    scope.post<OfToken & { Body: Readable | undefined }>(pieces, async (request, reply) => {
      const { params, query, body, socket } = request
      const at = numberOf(query.at)
      const bytes = numberOf(query.bytes)
      if (at === undefined || !bytes || !body) {
        return unclear(reply, 'at and bytes say which piece of the disk the body is')
      }
      // One that is lost before it is read says so to whoever reads it, and to nobody else.
      body.on('error', () => {})
      return answer(reply, await deps.add(params.token, callerOf(socket), { at, bytes }, body))
    })
    scope.post<OfToken>(whole, async ({ params, query, socket }, reply) => {
      const bytes = numberOf(query.bytes)
      const { sha256 } = query
      if (!bytes || typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) {
        return unclear(reply, 'bytes and sha256 say what was read')
      }
      return answer(reply, await deps.land(params.token, callerOf(socket), { bytes, sha256 }))
    })
  })
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN
  return Number.isSafeInteger(number) ? number : undefined
}
