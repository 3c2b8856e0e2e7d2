import { createHash } from 'node:crypto'

/** What a server wants of who logs in by Digest (RFC 7616), and what was asked so far. */
export interface DigestChallenge {
  readonly realm: string
  readonly nonce: string
  readonly opaque?: string
  readonly algorithm: 'MD5' | 'SHA-256'
  /** It knows `auth`; without it the older form of RFC 2069 is meant. */
  readonly qop: boolean
}

/** One request, as it is signed. */
export interface DigestRequest {
  readonly user: string
  readonly password: string
  readonly method: string
  /** The path, with its query. */
  readonly path: string
  /** How often this nonce was used, from 1. */
  readonly count: number
  /** A random text of ours. */
  readonly cnonce: string
}

/** The challenge in a header `WWW-Authenticate`; undefined where there is none that is known here. */
export function digestChallenge(
  header: string | string[] | undefined,
): DigestChallenge | undefined {
  const text = [header].flat().find(one => /^\s*Digest\s/i.test(one ?? ''))
  if (text === undefined) return undefined
  const found = text.matchAll(/\b([a-z]{1,20})\s{0,9}=\s{0,9}(?:"([^"]*)"|([^\s,"]+))/gi)
  const fields = new Map(
    [...found].map(([, key = '', quoted, bare]) => [key.toLowerCase(), quoted ?? bare ?? '']),
  )
  const realm = fields.get('realm')
  const nonce = fields.get('nonce')
  const algorithm = (fields.get('algorithm') ?? 'MD5').toUpperCase()
  if (realm === undefined || nonce === undefined) return undefined
  if (algorithm !== 'MD5' && algorithm !== 'SHA-256') return undefined
  const opaque = fields.get('opaque')
  const qop = (fields.get('qop') ?? '').split(/\s*,\s*/).includes('auth')
  return { realm, nonce, algorithm, qop, ...(opaque !== undefined && { opaque }) }
}

/** The header `Authorization` for a request. */
export function digestAuthorization(challenge: DigestChallenge, request: DigestRequest): string {
  const { realm, nonce, opaque, algorithm, qop } = challenge
  const { user, password, method, path, cnonce } = request
  const hash = (...parts: string[]) =>
    createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(parts.join(':'))
      .digest('hex')
  const nc = request.count.toString(16).padStart(8, '0')
  const secret = hash(user, realm, password)
  const what = hash(method, path)
  const response = qop ? hash(secret, nonce, nc, cnonce, 'auth', what) : hash(secret, nonce, what)
  const quoted = {
    username: user,
    realm,
    nonce,
    uri: path,
    response,
    ...(opaque !== undefined && { opaque }),
  }
  const fields = Object.entries(quoted).map(([key, value]) => `${key}="${value}"`)
  const more = qop ? ['qop=auth', `nc=${nc}`, `cnonce="${cnonce}"`] : []
  return `Digest ${[...fields, `algorithm=${algorithm}`, ...more].join(', ')}`
}
