import { randomBytes } from 'node:crypto'
import { findToken, type Token } from './tokens.ts'

/** Somebody who logged in to the page. In memory: a restart ends it. */
export interface Session {
  /** What the cookie carries. */
  readonly id: string
  readonly token: Token
  /** What every change must repeat in a header, which another site's form cannot. */
  readonly csrf: string
  /** Epoch milliseconds. */
  readonly endsAt: number
}

/** Milliseconds after the login. */
const sessionLife = 12 * 3600_000
/** Logging in again and again must not fill the memory: the oldest are ended. */
const kept = 1000

/** The sessions of the page. One is good only while its token is. `now` is epoch milliseconds. */
export function createSessions(now: () => number, tokens: () => readonly Token[]) {
  const sessions = new Map<string, Session>()
  const secret = () => randomBytes(24).toString('base64url')

  return {
    open(token: Token): Session {
      const session = { id: secret(), token, csrf: secret(), endsAt: now() + sessionLife }
      sessions.set(session.id, session)
      const [oldest] = sessions.keys()
      if (sessions.size > kept && oldest !== undefined) sessions.delete(oldest)
      return session
    },
    find(id: string): Session | undefined {
      const session = sessions.get(id)
      if (!session) return undefined
      const { token, endsAt } = session
      const known = findToken(tokens(), token.value)
      if (endsAt > now() && known?.name === token.name && known.scope === token.scope) {
        return session
      }
      sessions.delete(id)
      return undefined
    },
    end: (id: string): void => void sessions.delete(id),
  }
}

export type Sessions = ReturnType<typeof createSessions>
