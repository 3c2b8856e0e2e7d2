import { createHash, createHmac, randomBytes } from 'node:crypto'
import type { Token } from './tokens.ts'

/** Somebody who logged in to the page. */
export interface AdminSession {
  /** What the cookie carries. */
  readonly id: string
  readonly token: Token
  /** What every change must repeat in a header, which another site's form cannot. */
  readonly csrf: string
  /** Epoch milliseconds. */
  readonly endsAt: number
}

/** A session as it is kept: nothing in it opens one. */
export interface KeptSession {
  /** Digest of what the cookie carries. */
  readonly id: string
  readonly token: string
  readonly proof: string
  readonly endsAt: number
}

/** Where sessions outlive a restart. */
export interface SessionStore {
  find(id: string): KeptSession | undefined
  add(session: KeptSession, now: number): void
  remove(id: string): void
}

/** Milliseconds after the login. */
const sessionLife = 12 * 3600_000
/** A display on a wall: nobody stands there to log in again. Browsers keep no cookie for longer. */
const stayingLife = 400 * 86_400_000

/** The sessions of the page. One is good only while its token is. `now` is epoch milliseconds. */
export function createSessions(
  now: () => number,
  tokens: () => readonly Token[],
  store: SessionStore,
) {
  return {
    open(token: Token, stays = false): AdminSession {
      const id = randomBytes(24).toString('base64url')
      const endsAt = now() + (stays ? stayingLife : sessionLife)
      store.add({ id: digest(id), token: token.name, proof: proofOf(id, token), endsAt }, now())
      return { id, token, csrf: csrfOf(id), endsAt }
    },
    find(id: string): AdminSession | undefined {
      const kept = store.find(digest(id))
      if (!kept) return undefined
      const { endsAt, proof } = kept
      const token = tokens().find(({ name }) => name === kept.token)
      if (token && endsAt > now() && proofOf(id, token) === proof) {
        return { id, token, csrf: csrfOf(id), endsAt }
      }
      store.remove(kept.id)
      return undefined
    },
    end: (id: string): void => store.remove(digest(id)),
  }
}

export type Sessions = ReturnType<typeof createSessions>

function digest(id: string): string {
  return createHash('sha256').update(id).digest('base64url')
}

/** That a session belongs to this token with this scope. */
function proofOf(id: string, { name, scope, value }: Token): string {
  return createHmac('sha256', id)
    .update(JSON.stringify([name, scope, value]))
    .digest('base64url')
}

/** As long as the session, and as secret: made from what the cookie carries, in one direction. */
function csrfOf(id: string): string {
  return createHmac('sha256', id).update('csrf').digest('base64url').slice(0, 32)
}
