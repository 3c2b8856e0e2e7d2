import type { Reason } from '../boot/reason.ts'
import { isAgentWork, type WorkOrder, workOrderOf } from '../boot/work-order.ts'
import { formatIpAddress } from '../wire/ip-address.ts'
import { attemptUsed, isMachine, specOf, type TokenParts, type TokenUse } from './token-use.ts'

/** What the agent of an attempt is answered that asks for its order. */
export type OrderAnswer =
  | WorkOrder
  /** It is not its turn, or not any more: it boots again. */
  | { readonly kind: 'none' }
  | { readonly kind: 'forbidden'; readonly why: Reason }

/**
 * What the agent of an attempt is to write or to erase: of the machine itself, and only while its install is at
 * work, which `ready` of this boot began. Undefined for a token that is of no attempt of an agent.
 */
export function giveOrder(use: TokenUse, parts: TokenParts): OrderAnswer | undefined {
  const { memory } = parts.deps
  const attempt = attemptUsed(use, parts)
  const spec = attempt && specOf(attempt, parts)
  if (!attempt || !spec || !isAgentWork(spec)) return undefined
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
  const work = isItsTurn ? workOrderOf(spec, memory.hosts.facts(host)) : undefined
  return work && !('refused' in work) ? work : { kind: 'none' }
}
