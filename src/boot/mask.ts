import type { Vars } from './host.ts'

/** What stands where a secret was. */
export const masked = '***'

/** Names of settings whose values nobody should see; a path to a file is no secret. */
const secretName = /(passw|passphrase|secret|token|api_?key|private_?key)(?!.*file$)/i

/** Whatever can be done with a token is done by a URL of ours that carries it. */
const tokenUrl = /(\b(?:phone-home|files|logins|menu)\/)[\w-]{16,}/g

/**
 * Passwords where answer files and command lines have them: preseed's `… password VALUE`, kickstart's
 * `rootpw VALUE`, `name: VALUE` of YAML and `name=VALUE`; and password hashes of crypt(3) anywhere.
 */
const written: readonly RegExp[] = [
  /((?:password|password-again|password-crypted|passphrase\S*)[ \t]+(?:password|string)[ \t]+)\S[^\n]*/gi,
  /(^[ \t]*rootpw[ \t]+(?:--\w+[ \t]+)*)[^-\s][^\n]*/gim,
  /(^[ \t-]*["']?\w*(?:passw(?:or)?d|passphrase|secret|token|api_?key|private_?key)["']?[ \t]*:[ \t]+)\S[^\n]*/gim,
  /(\b[\w.-]*(?:passw(?:or)?d|passphrase|secret|token|api_?key)(?:hash)?=)[^\s&"']+/gi,
  /()\$(?:1|2[aby]|5|6|7|gy|y)\$[./\w=,$-]{8,}/g,
]

/** A text with the tokens of our own URLs taken out of it: for the log, the timeline and the API. */
export function maskTokens(text: string): string {
  return text.includes('/') ? text.replace(tokenUrl, `$1${masked}`) : text
}

/** A text for people's eyes: also without these secrets and whatever looks like a password in it. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  const known = secrets.reduce((rest, secret) => rest.replaceAll(secret, masked), maskTokens(text))
  return written.reduce((rest, pattern) => rest.replace(pattern, `$1${masked}`), known)
}

/** The values of vars whose names say that they are secret. Short ones would tear texts apart. */
export function secretsOf(vars: Vars): string[] {
  return Object.entries(vars)
    .filter(([name, value]) => secretName.test(name) && String(value).length >= 4)
    .map(([, value]) => String(value))
}

/** A value with each text in it written anew, at every depth. */
export function mapTexts<T>(value: T, change: (text: string) => string): T {
  if (typeof value === 'string') return change(value) as T
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(item => mapTexts(item, change)) as T
  const entries = Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)])
  return Object.fromEntries(entries) as T
}

/** A value of the config or from the wire, with its secrets masked at every depth. */
export function maskValue(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map(item => maskValue(item, name))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, maskValue(item, key)]),
    )
  }
  if (value !== null && value !== undefined && secretName.test(name)) return masked
  return typeof value === 'string' ? maskSecrets(value, []) : value
}
