import type { Attempt, Spec } from '../boot/install.ts'
import type { IpAddress } from '../wire/ip-address.ts'
import type { InstallDeps, ServedNetwork } from './deps.ts'
import type { Lives } from './life.ts'
import type { createLiveAttempts } from './live-attempts.ts'
import type { Scripts } from './scripts.ts'
import type { Strangers } from './strangers.ts'

/** HTTP status of the answer. 403: not from the machine. 404: no such token. 429: too many. */
export type PhoneHomeAnswer = { readonly status: 204 | 403 | 404 | 429; readonly reason?: string }

/** Somebody uses the token of an attempt. */
export interface TokenUse {
  readonly token: string
  readonly address: IpAddress
  readonly place: ServedNetwork
}

/** What whoever has a token is served from. */
export interface TokenParts {
  readonly deps: InstallDeps
  readonly lives: Lives
  readonly scripts: Scripts
  readonly strangers: Strangers
  readonly live: ReturnType<typeof createLiveAttempts>
}

/** The attempt of a token. By its use one that was only prepared begins, where its own machine uses it. */
export function attemptUsed(use: TokenUse, parts: TokenParts): Attempt | undefined {
  const { live } = parts
  const attempt = live.byToken(use.token)
  if (!attempt?.prepared || !isMachine(attempt, use, parts)) return attempt
  live.begin(attempt)
  return live.byToken(use.token)
}

/** What the install of an attempt is made of; undefined of a boot that is no install. */
export function specOf({ install }: Attempt, { deps }: TokenParts): Spec | undefined {
  return install === undefined ? undefined : deps.memory.installs.get(install)?.spec
}

/** Whether the machine of an attempt itself uses its token. */
export function isMachine(
  attempt: Attempt,
  { address, place }: TokenUse,
  { deps, live }: TokenParts,
): boolean {
  const host = live.hostOf(attempt)
  if (!host) return false
  return deps.identify({ host, address, network: place.network.name, attempt }).kind === 'machine'
}

/** An installed system may call from any address, but not from one that another host has: which. */
export function otherHostAt(
  attempt: Attempt,
  use: TokenUse,
  parts: TokenParts,
): string | undefined {
  const { macsOf, hostOf } = parts.deps
  const found = macsOf(use.address).flatMap(mac => hostOf(mac)?.name ?? [])
  if (found.length === 0 || found.includes(attempt.host)) return undefined
  return isMachine(attempt, use, parts) ? undefined : found[0]
}
