import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Scope } from '../../api/admin.ts'
import type { Limiter } from '../../base/per-minute.ts'
import { sendProblem } from '../problem.ts'
import { plainAddress } from './access.ts'
import { forwardedActor } from './forwarded-actor.ts'
import type { AdminSession, Sessions } from './sessions.ts'
import { bearerOf, findToken, type Token } from './tokens.ts'

/** Who asks, and how that was proved. */
export interface Actor {
  readonly name: string
  readonly scope: Scope
  readonly address: string
  readonly session?: AdminSession
}

export interface GuardDeps {
  readonly sessions: Sessions
  tokens(): readonly Token[]
  /** How often an address may be wrong. */
  readonly wrongTokens: Limiter
  /** An address was wrong, and not yet too often. */
  guessed(address: string): void
  /** Somebody with a good token was refused a change. */
  refused(actor: Actor, why: string): void
}

export const cookieName = 'bootwright'

const actors = new WeakMap<FastifyRequest, Actor>()

/** Who asks; only in handlers behind {@link signedIn}. */
export function actorOf(request: FastifyRequest): Actor {
  const actor = actors.get(request)
  if (!actor) throw new Error('this route is not guarded')
  return actor
}

/**
 * Lets pass who has a token: as a bearer, or by the cookie of a session. A change needs the scope
 * `admin`, and by cookie also the page's own origin and the session's CSRF token.
 */
export function signedIn(deps: GuardDeps) {
  return async (
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply | undefined> => {
    const actor = authenticate(request, deps)
    if (!actor) {
      const address = addressOf(request)
      // Who has the right one is not kept out by others behind his address.
      if (bearerOf(request.headers.authorization) !== undefined) {
        const wait = deps.wrongTokens.waitOf(address)
        if (wait > 0) return tooManyWrong(reply, address, wait)
        deps.wrongTokens.take(address)
        deps.guessed(address)
      }
      const detail = 'this needs the header "Authorization: Bearer TOKEN" with the admin token'
      return sendProblem(reply.header('WWW-Authenticate', 'Bearer'), 401, detail)
    }
    actors.set(request, actor)
    if (request.method === 'GET' || request.method === 'HEAD') return undefined
    const why = whyNot(request, actor)
    if (why === undefined) return undefined
    deps.refused(actor, why)
    return sendProblem(reply, 403, why)
  }
}

/** Answers an address that guesses; `wait` is seconds. */
export function tooManyWrong(reply: FastifyReply, address: string, wait: number): FastifyReply {
  const detail = `too many wrong tokens from ${address}; try again in ${wait} s`
  return sendProblem(reply.header('Retry-After', wait), 429, detail)
}

function authenticate(request: FastifyRequest, deps: GuardDeps): Actor | undefined {
  const address = addressOf(request)
  const forwarded = forwardedActor(request)
  if (forwarded) return { ...forwarded, scope: forwarded.scope as Scope }
  const bearer = bearerOf(request.headers.authorization)
  if (bearer !== undefined) {
    const token = findToken(deps.tokens(), bearer)
    return token && { name: token.name, scope: token.scope, address }
  }
  // A header that means something else is a mistake to be told, not one to be passed over.
  const id = request.headers.authorization === undefined && request.cookies[cookieName]
  const session = id ? deps.sessions.find(id) : undefined
  return session && { name: session.token.name, scope: session.token.scope, address, session }
}

/** Why this actor may not change anything by this request. */
function whyNot(request: FastifyRequest, { name, scope, session }: Actor): string | undefined {
  if (session) {
    if (!isSameOrigin(request)) return 'a change must come from the page itself'
    const given = request.headers['x-csrf-token']
    if (typeof given !== 'string' || !isEqual(given, session.csrf)) {
      return 'a change needs the header X-CSRF-Token with the csrf of this session'
    }
  }
  if (scope === 'admin') return undefined
  return `the token ${name} has the scope read: it changes nothing`
}

/**
 * Whether the request comes from a page of ours. Browsers say so in Sec-Fetch-Site; on plain HTTP, where
 * they leave that out, Origin tells it.
 */
export function isSameOrigin({ headers, protocol }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  return headers.origin === `${protocol}://${headers.host}`
}

/** The address of the client; empty when it is gone already. */
export function addressOf(request: FastifyRequest): string {
  return plainAddress(request.socket.remoteAddress ?? '')
}

function isEqual(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
}
