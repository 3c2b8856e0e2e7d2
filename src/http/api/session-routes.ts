import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { LoginBody, SessionInfo as SessionView } from '../../api/admin.ts'
import { routes } from '../../api/routes.ts'
import type { Limiter } from '../../base/per-minute.ts'
import { sendProblem } from '../problem.ts'
import { type Actor, actorOf, addressOf, cookieName, isSameOrigin, tooManyWrong } from './guard.ts'
import type { AdminSession, Sessions } from './sessions.ts'
import { findToken, type Token } from './tokens.ts'

export interface SessionDeps {
  readonly sessions: Sessions
  /** How often an address may be wrong. */
  readonly wrongTokens: Limiter
  tokens(): readonly Token[]
  /** Somebody logged in or out, or tried to. */
  did(who: string, address: string, action: 'login' | 'logout' | 'refused', text: string): void
  committed(): Promise<void>
}

/** `POST` and `DELETE /session`: the page logs in with a token, and out. Open to whoever may reach us. */
export function loginRoutes(app: FastifyInstance, deps: SessionDeps): void {
  app.post<{ Body: LoginBody }>('/session', { schema: routes.login }, async (request, reply) => {
    if (comesFromElsewhere(request)) {
      return sendProblem(reply, 403, 'a login must come from the page itself')
    }
    const address = addressOf(request)
    const wait = deps.wrongTokens.waitOf(address)
    if (wait > 0) return tooManyWrong(reply, address, wait)
    const token = findToken(deps.tokens(), request.body.token.trim())
    if (!token) {
      deps.wrongTokens.take(address)
      deps.did('-', address, 'refused', 'a login with a wrong token')
      return sendProblem(reply, 401, 'this is no token of this daemon')
    }
    const stays = request.body.stay === true
    if (stays && token.scope !== 'read') {
      const detail = `the token ${token.name} may change things, so it does not stay logged in: log in without that, or with a token of the scope read`
      return sendProblem(reply, 400, detail, 'body.stay')
    }
    const session = deps.sessions.open(token, stays)
    deps.did(token.name, address, 'login', `logged in with the scope ${token.scope}`)
    await deps.committed()
    setCookie(request, reply, session, stays)
    return sessionView({ name: token.name, scope: token.scope, address, session })
  })

  app.delete('/session', { schema: routes.logout }, async (request, reply) => {
    if (!isSameOrigin(request))
      return sendProblem(reply, 403, 'a logout must come from the page itself')
    const session = sessionOf(request, deps)
    if (session) {
      deps.sessions.end(session.id)
      deps.did(session.token.name, addressOf(request), 'logout', 'logged out')
      await deps.committed()
    }
    return reply.clearCookie(cookieName, { path: '/' }).code(204).send()
  })
}

/** `GET /session`: who asks. */
export function whoamiRoute(app: FastifyInstance): void {
  app.get('/session', { schema: routes.whoami }, async request => sessionView(actorOf(request)))
}

function sessionOf({ cookies }: FastifyRequest, deps: SessionDeps): AdminSession | undefined {
  const id = cookies[cookieName]
  return id === undefined ? undefined : deps.sessions.find(id)
}

function sessionView({ name, scope, session }: Actor): SessionView {
  return {
    name,
    scope,
    by: session ? 'cookie' : 'bearer',
    csrf: session?.csrf ?? null,
    endsAt: session ? new Date(session.endsAt).toISOString() : null,
  }
}

function setCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  { id, endsAt }: AdminSession,
  stays: boolean,
): void {
  reply.setCookie(cookieName, id, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: request.protocol === 'https',
    // Without a time the browser forgets it when it is closed.
    ...(stays && { expires: new Date(endsAt) }),
  })
}

/** A browser says where a request comes from; what is no browser has no cookies to steal. */
function comesFromElsewhere(request: FastifyRequest): boolean {
  const { origin } = request.headers
  const says = origin !== undefined || request.headers['sec-fetch-site'] !== undefined
  return says && !isSameOrigin(request)
}
