import { because } from '../boot/words/reason.ts'
import type { DhcpPacket } from '../wire/dhcp-packet.ts'
import { destinationOf } from './destination.ts'
import { type Case, type DhcpAnswer, type News, type Outcome, seenOf } from './outcome.ts'
import { buildNak, buildReply } from './reply.ts'

/** The answer to a packet as what comes of it: written as a packet, with where that goes. */
export function outcomeOf(from: Case, answer: DhcpAnswer, news: News | undefined): Outcome {
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
  if (answer.kind === 'none') return { kind: 'none', code: why.code, ...outcome }
  const { network, arrival } = from
  const reply = write(from, answer)
  const to = destinationOf(reply, arrival)
  return { kind: 'reply', ...outcome, network, reply, to, via: arrival.port }
}

function write(from: Case, answer: Exclude<DhcpAnswer, { kind: 'none' }>): DhcpPacket {
  const { packet, network, arrival, deps, client, options } = from
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
