import { createHash, timingSafeEqual } from 'node:crypto'
import type { Scope } from '../../api/admin.ts'

/** A secret of the admin API: what it is called in the log, and what it may do. */
export interface Token {
  readonly name: string
  readonly scope: Scope
  readonly value: string
}

/** The token that was given, if it is one. Looks at all of them, for the same time whatever was given. */
export function findToken(tokens: readonly Token[], given: string): Token | undefined {
  const wanted = digest(given)
  let found: Token | undefined
  for (const token of tokens) {
    if (timingSafeEqual(digest(token.value), wanted)) found ??= token
  }
  return found
}

/** The token of `Authorization: Bearer TOKEN`; undefined for every other header. */
export function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)\s*$/i.exec(header ?? '')?.[1]
}

/** Of equal length, so that the length of a token is no secret lost. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
