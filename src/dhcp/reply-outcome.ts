import type { Lease } from '../boot/lease.ts'
import { destinationOf } from './destination.ts'
import { type Case, type Outcome, seenOf } from './outcome.ts'
import { buildReply } from './reply.ts'
import type { Gift } from './reply-content.ts'

/** An OFFER or ACK as what comes of a packet; a lease that goes with it is stored first. */
export function reply(
  from: Case,
  type: 'offer' | 'ack',
  gift: Gift,
  {
    rapidCommit = false,
    ...rest
  }: {
    readonly reason: string
    readonly lease?: Lease
    readonly offered?: Lease
    readonly rapidCommit?: boolean
  },
): Outcome {
  const { packet, network, arrival, deps, client, answer, options } = from
  const packetBack = buildReply(packet, {
    type,
    network,
    gift,
    via: arrival.port,
    rapidCommit,
    httpPort: deps.httpPort,
    // Options beside the boot are the business of the server that gives the address.
    ...(options && gift.kind !== 'proxy' ? { options } : {}),
    ...(client && answer ? { client, answer } : {}),
  })
  const to = destinationOf(packetBack, arrival)
  return {
    kind: 'reply',
    ...seenOf(from),
    reply: packetBack,
    to,
    via: arrival.port,
    network,
    ...rest,
  }
}
