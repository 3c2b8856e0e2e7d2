import type { News } from '../boot/news.ts'
import { because } from '../boot/words/reason.ts'
import type { DhcpPacket } from '../wire/dhcp-packet.ts'
import { destinationOf } from './destination.ts'
import { type Case, type DhcpAnswer, type Outcome, seenOf } from './outcome.ts'
import { buildNak, buildReply } from './reply.ts'

/** What comes of a packet: its answer, the packet that this is written as with where that goes, and news. */
export function outcomeOf(
  from: Case,
  answer: DhcpAnswer,
  reply: DhcpPacket | undefined,
  news: News | undefined,
): Outcome {
  const { why, lease, doubt, hold, drop, look } = answer
  const outcome = {
    ...seenOf(from),
    ...because(why),
    ...(lease ? { lease } : {}),
    ...(doubt ? { doubt } : {}),
    ...(hold ? { hold } : {}),
    ...(drop ? { drop } : {}),
    ...(look === undefined ? {} : { look }),
    ...(news ? { news } : {}),
  }
  if (!reply) return { kind: 'none', code: why.code, ...outcome }
  const { network, arrival } = from
  const to = destinationOf(reply, arrival)
  return { kind: 'reply', ...outcome, network, reply, to, via: arrival.port }
}

/** The answer written as a packet; undefined where it is none. */
export function replyTo(from: Case, answer: DhcpAnswer): DhcpPacket | undefined {
  const { packet, network, arrival, deps, client, options } = from
  if (answer.kind === 'none') return undefined
  if (answer.kind === 'nak') return buildNak(packet, network, answer.message)
  const { kind, gift, rapidCommit = false } = answer
  return buildReply(packet, {
    type: kind,
    network,
    gift,
    via: arrival.port,
    rapidCommit,
    httpPort: deps.httpPort,
    // Options beside the boot are the business of the server that gives the address.
    ...(options && gift.kind !== 'proxy' ? { options } : {}),
    ...(client && from.answer ? { client, answer: from.answer } : {}),
  })
}
