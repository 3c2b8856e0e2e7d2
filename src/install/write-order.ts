import { type WriteOrder, writeOrderOf } from '../boot/disk-image.ts'
import type { Reason } from '../boot/reason.ts'
import { formatIpAddress } from '../wire/ip-address.ts'
import { attemptUsed, isMachine, specOf, type TokenParts, type TokenUse } from './token-use.ts'

/** What the agent of an attempt is answered that asks for its order. */
export type OrderAnswer =
  | { readonly kind: 'write'; readonly order: WriteOrder }
  /** It is not its turn, or not any more: it boots again. */
  | { readonly kind: 'none' }
  | { readonly kind: 'forbidden'; readonly why: Reason }

/**
 * What the agent of an attempt is to write: of the machine itself, and only while its install is at work, which
 * `ready` of this boot began. Undefined for a token that is of no attempt whose profile has an image.
 */
export function giveOrder(use: TokenUse, parts: TokenParts): OrderAnswer | undefined {
  const { memory } = parts.deps
  const attempt = attemptUsed(use, parts)
  const spec = attempt && specOf(attempt, parts)
  if (!attempt || !spec?.image) return undefined
  const { host, number } = attempt
  if (!isMachine(attempt, use, parts)) {
    const data = { host, name: 'order', address: formatIpAddress(use.address) }
    memory.record({ host, kind: 'stranger', code: 'file', data })
    return { kind: 'forbidden', why: { code: 'file-of-another', ...data } }
  }
  const life = parts.lives.lifeOf(host)
  const isItsTurn =
    life.state === 'installing' &&
    life.attempt === number &&
    life.cameBack === undefined &&
    parts.live.mayRun(attempt)
  const order = isItsTurn ? writeOrderOf(spec, memory.hosts.facts(host)) : undefined
  return order && !('refused' in order) ? { kind: 'write', order } : { kind: 'none' }
}
