import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Forwarded, ForwardedAnswer } from '../../base/forwarded.ts'
import { plainAddress } from '../api/access.ts'
import { captureUrls } from './capture-routes.ts'
import { type RawBody, readBody } from './posted-body.ts'

export interface StandingBy {
  /** Why another daemon works; undefined as soon as this one does. */
  standsBy(): string | undefined
  /** Has the one that works answer. Rejects when it does not. */
  forward(asked: Forwarded): Promise<ForwardedAnswer>
}

/** Machines whose requests wait for the daemon that works, and of one address: anybody may ask. */
const most = { all: 64, each: 4 }

/** What stands in no memory: each daemon answers it by its config. */
const own = '/boot.ipxe'
/** Streams of many gigabytes: who sends or fetches one goes to the daemon that works, or waits. */
const streams: readonly string[] = ['/boot/:mac/image.iso', ...captureUrls]

/**
 * What machines ask, and nobody but the daemon that works may answer, waits for it, and for the one that
 * takes over. Where that does not come, iPXE waits a second and asks again.
 */
export function waitForTurn(app: FastifyInstance, { standsBy, forward }: StandingBy): void {
  const waiting = new Map<string, number>()
  let count = 0
  app.addHook('onRequest', async (request, reply) => {
    const why = standsBy()
    const url = request.routeOptions.url
    if (why === undefined || url === own) return undefined
    const address = plainAddress(request.socket.remoteAddress ?? '')
    const before = waiting.get(address) ?? 0
    if (streams.includes(url ?? '') || count >= most.all || before >= most.each)
      return sendLater(reply, why)
    count += 1
    waiting.set(address, before + 1)
    try {
      return sendAnswer(reply, await forward(await askedBy(request, address)))
    } catch {
      return sendLater(reply, standsBy() ?? 'ask again')
    } finally {
      count -= 1
      const left = (waiting.get(address) ?? 1) - 1
      if (left > 0) waiting.set(address, left)
      else waiting.delete(address)
    }
  })
}

async function askedBy(request: FastifyRequest, address: string): Promise<Forwarded> {
  const { method, url, headers, raw } = request
  const type = headers['content-type']
  return {
    ...{ method, url },
    headers: type === undefined ? {} : { 'content-type': type },
    ...bodyOf(await readBody(raw)),
    actor: { name: '', scope: 'none', address },
  }
}

/** As much of it as the daemon that works would keep, and how long it was: that one says what it does not keep. */
function bodyOf({ bytes, size }: RawBody): Pick<Forwarded, 'body' | 'coded' | 'size'> {
  if (size === 0) return { body: undefined }
  const cut = size > bytes.length && { size }
  // PostgreSQL keeps no NUL in a text.
  if (isUtf8(bytes) && !bytes.includes(0)) return { body: bytes.toString('utf8'), ...cut }
  return { body: bytes.toString('base64'), coded: 'base64', ...cut }
}

function sendAnswer(reply: FastifyReply, { status, type, body, coded }: ForwardedAnswer) {
  if (status === 503) reply.header('Retry-After', '1')
  return reply
    .code(status)
    .type(type)
    .send(coded ? Buffer.from(body, coded) : body)
}

function sendLater(reply: FastifyReply, why: string): FastifyReply {
  return reply.code(503).header('Retry-After', '1').type('text/plain').send(`${why}\n`)
}
